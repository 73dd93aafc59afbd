// A simulated chip's processor as the chip has it: the XS engine, in a process of its own. One folder
// holds the program's modules and the counters, as long as the chip is on.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeModules } from "../firmware/module-archive.js";
import { parseChipEvent } from "./chip-event.js";
import { readCounters, type Counters } from "./counters.js";
import { EngineProcess } from "./engine-process.js";
import type { FlashPace } from "./flash-pace.js";
import type { Processor, ProgramStart } from "./processor.js";

export interface XsProcessorOptions {
  readonly flashFile: string;
  /** Path of the engine's binary. */
  readonly engine: string;
  /** Memory of the program, bytes. Default: no limit. */
  readonly heapBytes?: number;
  /** Slots of XS's stack. Default: 512, as the product's manifest asks for. */
  readonly stackSlots?: number;
  /** Unread, and unsent, bytes that a socket holds. Default: the engine's, 5,744. */
  readonly windowBytes?: number;
  /** `AA:BB:CC:DD:EE:FF`. Default: 02:00:00:00:00:01. */
  readonly macAddress?: string;
  /** Silence, in milliseconds, that ends a program. Default: 10,000. */
  readonly watchdogMs?: number;
  /** What flash costs the program in time. Default: nothing. */
  readonly flashTimes?: FlashPace | undefined;
  /** Further arguments of the engine. */
  readonly engineArguments?: readonly string[];
}

/** `creation.stack` of manifest.json. */
const stackSlotsDefault = 512;
const watchdogMsDefault = 10_000;
/** The module that is run. */
const mainModule = "main.js";

export class XsProcessor implements Processor {
  readonly #options: XsProcessorOptions;
  /** While the chip is on. */
  #folder: string | undefined;
  #engine: EngineProcess | undefined;
  /** Of the times the chip was on before. */
  #counters: Counters = {};

  constructor(options: XsProcessorOptions) {
    this.#options = options;
  }

  open(): void {
    this.#folder = mkdtempSync(join(tmpdir(), `simulated-chip-${process.pid}-`));
    process.on("exit", this.#abandon);
  }

  start(program: ProgramStart): void {
    const folder = this.#folder;
    if (folder === undefined) throw new Error("a program without power");
    const modules = decodeModules(program.payload);
    const programFolder = join(folder, "program");
    rmSync(programFolder, { recursive: true, force: true });
    mkdirSync(programFolder);
    for (const [name, text] of Object.entries(modules)) {
      writeFileSync(join(programFolder, name), text);
    }
    this.#engine = new EngineProcess({
      path: this.#options.engine,
      arguments: [...this.#arguments(folder, program), join(programFolder, mainModule)],
      watchdogMs: this.#options.watchdogMs ?? watchdogMsDefault,
      onLine: (line) => {
        const event = parseChipEvent(line);
        if (event === undefined) program.onLine(line);
        else program.onEvent(event);
      },
      onDiagnostic: program.onDiagnostic,
      onEnd: (end) => {
        this.#engine = undefined;
        program.onEnd(end);
      },
    });
  }

  kill(): void {
    this.#engine?.kill();
  }

  close(): void {
    this.#counters = this.counters();
    process.off("exit", this.#abandon);
    this.#removeFolder();
  }

  counters(): Counters {
    if (this.#folder === undefined) return this.#counters;
    const counters: Record<string, number> = { ...this.#counters };
    for (const [name, value] of Object.entries(readCounters(statsFile(this.#folder)))) {
      counters[name] = (counters[name] ?? 0) + value;
    }
    return counters;
  }

  #arguments(folder: string, { slot, reason, cut }: ProgramStart): string[] {
    const { flashFile, heapBytes, windowBytes, macAddress, flashTimes } = this.#options;
    const { stackSlots = stackSlotsDefault, engineArguments = [] } = this.#options;
    const named = {
      "--flash": flashFile,
      "--slot": slot,
      "--reset": reason,
      "--stats": statsFile(folder),
      "--heap": heapBytes,
      "--stack": stackSlots,
      "--window": windowBytes,
      "--mac": macAddress,
      "--flash-times": flashTimes,
      ...(cut !== undefined && { [`--cut-${cut.at}`]: cut.count }),
    };
    const given = Object.entries(named).flatMap(([name, value]) =>
      value === undefined ? [] : [name, String(value)],
    );
    return [...given, ...engineArguments];
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
}

function statsFile(folder: string): string {
  return join(folder, "stats");
}
