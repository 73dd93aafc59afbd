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
import type { ResetReason } from "../../src/ports/boot.js";
import { readCounters, type Counters } from "./counters.js";
import { EngineProcess, type EngineEnd } from "./engine-process.js";
import { DueCut, type PowerCut } from "./power-cut.js";
import { loadProgram, writeModules, type ProgramLoad } from "./program.js";

export interface ChipBoot {
  readonly reason: ResetReason;
  readonly slot: number;
  /** Images that the boot loader refused before this one, and why. */
  readonly refused: readonly string[];
}

/** What happens to a chip, for people and proofs. */
export interface ChipObserver {
  booted?(boot: ChipBoot): void;
  /** A line that the program traced. */
  line?(line: string): void;
  /** A line of the engine's own. */
  diagnostic?(line: string): void;
  /** The program ended. */
  ended?(end: EngineEnd): void;
  /** The power failed; it comes back. Not called for `powerOff`. */
  powerCut?(): void;
  /** The chip cannot go on: no image starts, or the simulation itself is broken. It is off now. */
  failed?(problem: string): void;
}

export interface ChipOptions {
  readonly flashFile: string;
  /** Path of the engine's binary. */
  readonly engine: string;
  /** Memory of the program, bytes; without a limit if absent. */
  readonly heapBytes?: number;
  readonly stackSlots?: number;
  /** Unread, and unsent, bytes that a socket holds. */
  readonly windowBytes?: number;
  /** `AA:BB:CC:DD:EE:FF` */
  readonly macAddress?: string;
  readonly watchdogMs?: number;
  /** From the end of a program to the next boot. */
  readonly resetDelayMs?: number;
  /** Further arguments of the engine. */
  readonly engineArguments?: readonly string[];
  /** One for each time the power comes on, in order. */
  readonly cuts?: readonly PowerCut[];
  readonly observer?: ChipObserver;
}

export interface ChipReport {
  readonly boots: number;
  /** Boots by what led to them. */
  readonly resets: Readonly<Partial<Record<ResetReason, number>>>;
  readonly powerCuts: number;
  /** Blocks of flash erased, by the program and the boot loader. */
  readonly eraseCount: number;
  /** What engine and program counted, over all boots. */
  readonly counters: Counters;
}

const watchdogMsDefault = 10_000;
const resetDelayMsDefault = 20;

export class SimulatedChip {
  readonly #options: ChipOptions;
  readonly #observer: ChipObserver;
  readonly #cuts: PowerCut[];
  readonly #resets: Partial<Record<ResetReason, number>> = {};
  /** Program and counters while the power is on. */
  #folder: string | undefined;
  #engine: EngineProcess | undefined;
  /** What the end of the engine means if we brought it about. */
  #killedFor: "cut" | "off" | undefined;
  #bootTimer: NodeJS.Timeout | undefined;
  #cutTimer: NodeJS.Timeout | undefined;
  #dueCut: DueCut | undefined;
  #switchedOff: (() => void)[] = [];
  #boots = 0;
  #powerCuts = 0;
  #bootOperations = 0;
  #bootErases = 0;
  /** Of the times the power was on before. */
  #counters: Counters = {};

  constructor(options: ChipOptions) {
    this.#options = options;
    this.#observer = options.observer ?? {};
    this.#cuts = [...(options.cuts ?? [])];
  }

  get isOn(): boolean {
    return this.#folder !== undefined;
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
    if (this.isOn) return;
    this.#folder = mkdtempSync(join(tmpdir(), `simulated-chip-${process.pid}-`));
    process.on("exit", this.#abandon);
    this.#receivePower();
  }

  /** Fails the power now; it comes back as after a reset. */
  cutPower(): void {
    if (!this.isOn || this.#killedFor !== undefined) return;
    if (this.#engine === undefined) {
      this.#losePower();
    } else {
      this.#killedFor = "cut";
      this.#engine.kill();
    }
  }

  /** Switches the chip off. Resolves once nothing of it runs any more. */
  powerOff(): Promise<void> {
    if (!this.isOn) return Promise.resolve();
    return new Promise((resolve) => {
      this.#switchedOff.push(resolve);
      if (this.#engine === undefined) {
        this.#goOff();
      } else {
        this.#killedFor = "off";
        this.#engine.kill();
      }
    });
  }

  #receivePower(): void {
    const cut = this.#cuts.shift();
    this.#dueCut = cut && new DueCut(cut, this.#readCounters(), this.#bootOperations);
    if (cut?.at === "time") this.#cutTimer = setTimeout(() => this.cutPower(), cut.delayMs);
    this.#boot("power-on");
  }

  #boot(reason: ResetReason): void {
    this.#bootTimer = undefined;
    this.#boots += 1;
    this.#resets[reason] = (this.#resets[reason] ?? 0) + 1;
    const cutOperation = this.#dueCut?.operation(this.#readCounters(), this.#bootOperations);
    const load = loadProgram(this.#options.flashFile, cutOperation);
    this.#bootOperations += load.operations;
    this.#bootErases += load.blocksErased;
    const { outcome, tried } = load;
    if (outcome.kind === "power-failed") {
      this.#losePower();
    } else if (outcome.kind === "stuck") {
      this.#fail([...refusals(tried), outcome.problem].join("; "));
    } else {
      this.#observer.booted?.({ reason, slot: outcome.slot, refused: refusals(tried) });
      this.#run(outcome, reason);
    }
  }

  #run({ slot, modules }: LoadedProgram, reason: ResetReason): void {
    const folder = this.#folder;
    // The observer may have switched the chip off.
    if (folder === undefined) return;
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
  }

  #engineArguments(folder: string, slot: number, reason: ResetReason): string[] {
    const { flashFile, heapBytes, stackSlots, windowBytes, macAddress } = this.#options;
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
    const cut = this.#dueCut?.engineArguments(this.#readCounters(), this.#bootOperations) ?? [];
    return [...given, ...cut, ...(this.#options.engineArguments ?? [])];
  }

  #end(end: EngineEnd): void {
    this.#engine = undefined;
    const killedFor = this.#killedFor;
    this.#killedFor = undefined;
    if (killedFor === "off") {
      this.#goOff();
      return;
    }
    if (killedFor === undefined) this.#observer.ended?.(end);
    if (killedFor === "cut" || end === "power-cut") {
      this.#losePower();
    } else if (end === "host-failure") {
      this.#fail("the engine did not run");
    } else {
      this.#reset(end);
    }
  }

  #reset(end: EngineEnd): void {
    const { resetDelayMs = resetDelayMsDefault, watchdogMs = watchdogMsDefault } = this.#options;
    // A chip that has nothing to do is silent until the watchdog has had enough.
    const delayMs = end === "idle" ? watchdogMs : resetDelayMs;
    this.#bootTimer = setTimeout(() => this.#boot(reasonAfter(end)), delayMs);
  }

  #losePower(): void {
    this.#clearTimers();
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

function reasonAfter(end: EngineEnd): ResetReason {
  switch (end) {
    case "restart":
    case "exception":
    case "rejection":
    case "memory-full":
    case "stack-overflow":
    case "bad-program":
      return "software";
    case "silent":
    case "idle":
      return "watchdog";
    case "crash":
      return "panic";
    default:
      return "unknown";
  }
}

function refusals(tried: ProgramLoad["tried"]): string[] {
  return tried.flatMap(({ index, problem }) =>
    problem === undefined ? [] : [`${slotName(index)}: ${problem}`],
  );
}

function slotName(index: number): string {
  return index < 0 ? "factory" : `ota_${index}`;
}
