// A simulated chip with its power switch: boot loader, program, watchdog, resets and power cuts, in
// a loop until it is switched off. What runs is what lies in the flash file.
//
//   end of the program                                    reason of the next boot
//   restart, exception, rejection, memory, stack          software
//   silent, or nothing left to do                         watchdog
//   crash of the engine                                   panic
//   power cut, in the program or in the boot loader       power-on
//
// Nothing is finished for the chip: what it had not written to the file before its end is lost.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResetReason } from "../../ports/boot.js";
import type { ChipObserver, ChipOptions, ChipReport } from "./chip-options.js";
import { readCounters, type Counters } from "./counters.js";
import { EngineProcess, type EngineEnd } from "./engine-process.js";
import { DueCut, type PowerCut } from "./power-cut.js";
import { loadProgram, writeModules, type ProgramLoad } from "./program.js";

export type { ChipObserver, ChipOptions, ChipReport } from "./chip-options.js";

type ChipState =
  | "off"
  | "running"
  /** The program has ended; the next boot is due in a moment. */
  | "resetting"
  /** The power has failed and will come back. */
  | "dark"
  /** The program is being ended, for the power fails or is switched off. */
  | "losing-power"
  | "switching-off";

/** `creation.stack` of manifest.json. */
const stackSlotsDefault = 512;
const watchdogMsDefault = 10_000;
const resetDelayMsDefault = 20;

export class SimulatedChip {
  readonly #options: ChipOptions;
  readonly #observer: ChipObserver;
  readonly #cuts: PowerCut[];
  readonly #resets: Partial<Record<ResetReason, number>> = {};
  #state: ChipState = "off";
  /** Program and counters, while the chip is not off. */
  #folder: string | undefined;
  #engine: EngineProcess | undefined;
  #bootTimer: NodeJS.Timeout | undefined;
  #cutTimer: NodeJS.Timeout | undefined;
  #dueCut: DueCut | undefined;
  #switchedOff: (() => void)[] = [];
  #boots = 0;
  #powerCuts = 0;
  readonly #bootWork = { operations: 0, bytesProgrammed: 0 };
  #bootErases = 0;
  /** Of the times the power was on before. */
  #counters: Counters = {};

  constructor(options: ChipOptions) {
    this.#options = options;
    this.#observer = options.observer ?? {};
    this.#cuts = [...(options.cuts ?? [])];
  }

  get isOn(): boolean {
    return this.#state !== "off";
  }

  /** Counts so far; also while the chip runs. */
  report(): ChipReport {
    const counters = this.#readCounters();
    return {
      boots: this.#boots,
      resets: { ...this.#resets },
      powerCuts: this.#powerCuts,
      eraseCount: (counters["blocksErased"] ?? 0) + this.#bootErases,
      counters,
    };
  }

  powerOn(): void {
    if (this.#state !== "off") return;
    this.#folder = mkdtempSync(join(tmpdir(), `simulated-chip-${process.pid}-`));
    process.on("exit", this.#abandon);
    this.#receivePower();
  }

  /** Fails the power now; it comes back as after a reset. Nothing happens if there is none. */
  cutPower(): void {
    if (this.#state === "resetting") this.#losePower();
    if (this.#state === "running") this.#kill("losing-power");
  }

  /** Switches the chip off. Resolves once nothing of it runs any more. */
  powerOff(): Promise<void> {
    if (this.#state === "off") return Promise.resolve();
    return new Promise((resolve) => {
      this.#switchedOff.push(resolve);
      if (this.#engine === undefined) this.#goOff();
      else this.#kill("switching-off");
    });
  }

  #kill(state: "losing-power" | "switching-off"): void {
    this.#state = state;
    this.#engine?.kill();
  }

  #receivePower(): void {
    const cut = this.#cuts.shift();
    this.#dueCut = cut && new DueCut(cut, this.#readCounters(), this.#bootWork);
    if (cut?.at === "time") this.#cutTimer = setTimeout(() => this.cutPower(), cut.delayMs);
    this.#boot("power-on");
  }

  #boot(reason: ResetReason): void {
    this.#boots += 1;
    this.#resets[reason] = (this.#resets[reason] ?? 0) + 1;
    const cut = this.#dueCut?.inBootLoader(this.#readCounters(), this.#bootWork);
    const load = loadProgram(this.#options.flashFile, cut);
    this.#bootWork.operations += load.operations;
    this.#bootWork.bytesProgrammed += load.bytesProgrammed;
    this.#bootErases += load.blocksErased;
    const { outcome, tried } = load;
    if (outcome.kind === "power-failed") {
      this.#losePower();
    } else if (outcome.kind === "stuck") {
      this.#fail([...refusals(tried), outcome.problem].join("; "));
    } else {
      this.#run(outcome, reason);
      this.#observer.booted?.({ reason, slot: outcome.slot, refused: refusals(tried) });
    }
  }

  #run({ slot, modules }: LoadedProgram, reason: ResetReason): void {
    const folder = this.#folder;
    if (folder === undefined) throw new Error("a program without power");
    const programFolder = join(folder, "program");
    rmSync(programFolder, { recursive: true, force: true });
    mkdirSync(programFolder);
    const main = writeModules(modules, programFolder);
    this.#engine = new EngineProcess({
      path: this.#options.engine,
      arguments: [...this.#engineArguments(folder, slot, reason), main],
      watchdogMs: this.#options.watchdogMs ?? watchdogMsDefault,
      onLine: (line) => this.#observer.line?.(line),
      onDiagnostic: (line) => this.#observer.diagnostic?.(line),
      onEnd: (end) => this.#end(end),
    });
    this.#state = "running";
  }

  #engineArguments(folder: string, slot: number, reason: ResetReason): string[] {
    const { flashFile, heapBytes, windowBytes, macAddress } = this.#options;
    const { stackSlots = stackSlotsDefault } = this.#options;
    const named = {
      "--flash": flashFile,
      "--slot": slot,
      "--reset": reason,
      "--stats": statsFile(folder),
      "--heap": heapBytes,
      "--stack": stackSlots,
      "--window": windowBytes,
      "--mac": macAddress,
    };
    const given = Object.entries(named).flatMap(([name, value]) =>
      value === undefined ? [] : [name, String(value)],
    );
    const cut = this.#dueCut?.engineArguments(this.#readCounters(), this.#bootWork) ?? [];
    return [...given, ...cut, ...(this.#options.engineArguments ?? [])];
  }

  #end(end: EngineEnd): void {
    this.#engine = undefined;
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
    const { resetDelayMs = resetDelayMsDefault, watchdogMs = watchdogMsDefault } = this.#options;
    // A chip that has nothing to do is silent until the watchdog has had enough.
    const delayMs = end === "idle" ? watchdogMs : resetDelayMs;
    this.#state = "resetting";
    this.#bootTimer = setTimeout(() => this.#boot(reasonAfter[end]), delayMs);
  }

  #losePower(): void {
    this.#clearTimers();
    this.#state = "dark";
    this.#powerCuts += 1;
    this.#observer.powerCut?.();
    if (!this.isOn) return;
    const { resetDelayMs = resetDelayMsDefault } = this.#options;
    this.#bootTimer = setTimeout(() => this.#receivePower(), resetDelayMs);
  }

  #fail(problem: string): void {
    this.#goOff();
    this.#observer.failed?.(problem);
  }

  #goOff(): void {
    this.#clearTimers();
    this.#state = "off";
    this.#counters = this.#readCounters();
    process.off("exit", this.#abandon);
    this.#removeFolder();
    const waiting = this.#switchedOff;
    this.#switchedOff = [];
    for (const resolve of waiting) resolve();
  }

  /** This process ends: nothing may be left behind. */
  readonly #abandon = (): void => {
    this.#engine?.kill();
    this.#removeFolder();
  };

  #removeFolder(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #clearTimers(): void {
    clearTimeout(this.#bootTimer);
    clearTimeout(this.#cutTimer);
  }

  #readCounters(): Counters {
    if (this.#folder === undefined) return this.#counters;
    const counters: Record<string, number> = { ...this.#counters };
    for (const [name, value] of Object.entries(readCounters(statsFile(this.#folder)))) {
      counters[name] = (counters[name] ?? 0) + value;
    }
    return counters;
  }
}

type LoadedProgram = Extract<ProgramLoad["outcome"], { kind: "loaded" }>;

function statsFile(folder: string): string {
  return join(folder, "stats");
}

/** Ends that a chip answers with a reset. */
type ResettingEnd = Exclude<EngineEnd, "power-cut" | "killed" | "host-failure">;

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
    problem === undefined ? [] : [`${slotName(index)}: ${problem}`],
  );
}

function slotName(index: number): string {
  return index < 0 ? "factory" : `ota_${index}`;
}
