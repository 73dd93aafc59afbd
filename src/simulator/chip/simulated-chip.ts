// A simulated chip with its power switch: boot loader, program, watchdog, resets and power cuts, in
// a loop until it is switched off. What runs is what lies in the flash file; what executes it is a
// Processor.
//
//   end of the program                                    reason of the next boot
//   restart, exception, rejection, memory, stack          software
//   silent, or nothing left to do                         watchdog
//   crash of the engine                                   panic
//   power cut, in the program or in the boot loader       power-on
//
// Nothing is finished for the chip: what it had not written to the file before its end is lost.

import type { ResetReason } from "../../ports/boot.js";
import { bootIndexName } from "../../formats/boot/boot-loader.js";
import type { ChipObserver, ChipOptions, ChipReport } from "./chip-options.js";
import { DueCut } from "./due-cut.js";
import type { PowerCut } from "./power-cut.js";
import type { Processor, ProgramEnd } from "./processor.js";
import { loadProgram, type ProgramLoad } from "./program.js";

type ChipState =
  | "off"
  | "running"
  /** The program has ended; the next boot is due in a moment. */
  | "resetting"
  /** The power has failed and will come back. */
  | "dark"
  /** The program is being ended because the power fails or is switched off. */
  | "losing-power"
  | "switching-off";

const watchdogMsDefault = 10_000;
const resetDelayMsDefault = 20;

export class SimulatedChip {
  readonly #options: ChipOptions;
  readonly #processor: Processor;
  readonly #observer: ChipObserver;
  readonly #cuts: PowerCut[];
  readonly #watchdogMs: number;
  readonly #resetDelayMs: number;
  readonly #resets: Partial<Record<ResetReason, number>> = {};
  #state: ChipState = "off";
  #hasProgram = false;
  #bootTimer: NodeJS.Timeout | undefined;
  #cutTimer: NodeJS.Timeout | undefined;
  #dueCut: DueCut | undefined;
  #switchedOff: (() => void)[] = [];
  #boots = 0;
  #powerCuts = 0;
  readonly #bootWork = { operations: 0, bytesProgrammed: 0 };
  #bootErases = 0;

  constructor(options: ChipOptions, processor: Processor) {
    this.#options = options;
    this.#processor = processor;
    this.#observer = options.observer ?? {};
    this.#cuts = [...(options.cuts ?? [])];
    this.#watchdogMs = options.watchdogMs ?? watchdogMsDefault;
    this.#resetDelayMs = options.resetDelayMs ?? resetDelayMsDefault;
  }

  get isOn(): boolean {
    return this.#state !== "off";
  }

  /** Counts so far; also while the chip runs. */
  report(): ChipReport {
    const counters = this.#processor.counters();
    return {
      boots: this.#boots,
      resets: { ...this.#resets },
      powerCuts: this.#powerCuts,
      eraseCount: (counters["blocksErased"] ?? 0) + this.#bootErases,
      counters,
    };
  }

  /** Switches the chip on. Nothing happens if it is on. */
  powerOn(): void {
    if (this.#state !== "off") return;
    this.#processor.open();
    this.#receivePower();
  }

  /** Fails the power now; it comes back as after a reset. Nothing happens if the chip is off. */
  cutPower(): void {
    if (this.#state === "resetting") this.#losePower();
    if (this.#state === "running") this.#kill("losing-power");
  }

  /** Switches the chip off. Resolves when nothing of it runs any more. */
  powerOff(): Promise<void> {
    if (this.#state === "off") return Promise.resolve();
    return new Promise((resolve) => {
      this.#switchedOff.push(resolve);
      if (this.#hasProgram) this.#kill("switching-off");
      else this.#goOff();
    });
  }

  #kill(state: "losing-power" | "switching-off"): void {
    this.#state = state;
    this.#processor.kill();
  }

  #receivePower(): void {
    const cut = this.#cuts.shift();
    this.#dueCut = DueCut.of(cut, this.#processor.counters(), this.#bootWork);
    if (cut?.at === "time") this.#cutTimer = setTimeout(() => this.cutPower(), cut.delayMs);
    this.#boot("power-on");
  }

  #boot(reason: ResetReason): void {
    this.#boots += 1;
    this.#resets[reason] = (this.#resets[reason] ?? 0) + 1;
    const cut = this.#dueCut?.left(this.#processor.counters(), this.#bootWork);
    const { outcome, tried, work } = loadProgram(this.#options.flashFile, cut);
    this.#bootWork.operations += work.operations;
    this.#bootWork.bytesProgrammed += work.recordBytes;
    this.#bootErases += work.blocksErased;
    if (outcome.kind === "power-failed") {
      this.#losePower();
    } else if (outcome.kind === "stuck") {
      this.#fail([...refusals(tried), outcome.problem].join("; "));
    } else if (this.#start(outcome, reason)) {
      this.#observer.booted?.({ reason, slot: outcome.slot, refused: refusals(tried) });
    }
  }

  /** False: there is nothing to start. */
  #start({ slot, payload }: LoadedProgram, reason: ResetReason): boolean {
    try {
      this.#processor.start({
        slot,
        payload,
        reason,
        cut: this.#dueCut?.left(this.#processor.counters(), this.#bootWork),
        onEvent: (event) => this.#observer.event?.(event),
        onLine: (line) => this.#observer.line?.(line),
        onDiagnostic: (line) => this.#observer.diagnostic?.(line),
        onEnd: (end) => this.#end(end),
      });
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      return false;
    }
    this.#hasProgram = true;
    this.#state = "running";
    return true;
  }

  #end(end: ProgramEnd): void {
    this.#hasProgram = false;
    const state = this.#state;
    if (state === "switching-off") return this.#goOff();
    if (state === "losing-power") return this.#losePower();
    this.#observer.ended?.(end);
    // The observer may have switched the chip off.
    if (!this.isOn) return;
    if (end === "power-cut") this.#losePower();
    else if (end === "killed" || end === "host-failure") this.#fail("the engine did not run");
    else this.#reset(end);
  }

  #reset(end: ResettingEnd): void {
    // A chip that has nothing to do is silent until the watchdog resets it.
    const delayMs = end === "idle" ? this.#watchdogMs : this.#resetDelayMs;
    this.#state = "resetting";
    this.#bootTimer = setTimeout(() => this.#boot(reasonAfter[end]), delayMs);
  }

  #losePower(): void {
    this.#clearTimers();
    this.#state = "dark";
    this.#powerCuts += 1;
    this.#observer.powerCut?.();
    if (!this.isOn) return;
    this.#bootTimer = setTimeout(() => this.#receivePower(), this.#resetDelayMs);
  }

  #fail(problem: string): void {
    this.#goOff();
    this.#observer.failed?.(problem);
  }

  #goOff(): void {
    this.#clearTimers();
    this.#state = "off";
    this.#processor.close();
    const waiting = this.#switchedOff;
    this.#switchedOff = [];
    for (const resolve of waiting) resolve();
  }

  #clearTimers(): void {
    clearTimeout(this.#bootTimer);
    clearTimeout(this.#cutTimer);
  }
}

type LoadedProgram = Extract<ProgramLoad["outcome"], { kind: "loaded" }>;

/** Ends that a chip answers with a reset. */
type ResettingEnd = Exclude<ProgramEnd, "power-cut" | "killed" | "host-failure">;

const reasonAfter: Readonly<Record<ResettingEnd, ResetReason>> = {
  restart: "software",
  exception: "software",
  rejection: "software",
  "memory-full": "software",
  "stack-overflow": "software",
  "bad-program": "software",
  silent: "watchdog",
  idle: "watchdog",
  crash: "panic",
};

function refusals(tried: ProgramLoad["tried"]): string[] {
  return tried.flatMap(({ index, problem }) =>
    problem === undefined ? [] : [`${bootIndexName(index)}: ${problem}`],
  );
}
