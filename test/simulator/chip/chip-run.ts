// A simulated chip under test: a flash file with programs in its slots, everything that happened,
// and waiting for things to happen.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ChipEvent } from "../../../src/simulator/chip/chip-event.js";
import { SimulatedChip } from "../../../src/simulator/chip/simulated-chip.js";
import { XsProcessor, type XsProcessorOptions } from "../../../src/simulator/chip/xs-processor.js";
import type {
  ChipBoot,
  ChipObserver,
  ChipOptions,
} from "../../../src/simulator/chip/chip-options.js";
import type { ProgramEnd } from "../../../src/simulator/chip/processor.js";
import type { FirmwareConfig } from "../../../hosts/xs/device/config.js";
import { makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import {
  makeFlashImage,
  partitionOf,
  readFlashImage,
} from "../../../src/simulator/firmware/flash-image.js";
import { type EntryFields, makeOtadata } from "../../formats/boot/boot-vectors.js";

interface FlashOptions {
  /** The agent if absent. */
  readonly program?: string;
  /** In ota_1, which is empty if absent. */
  readonly secondProgram?: string;
  /** What the programs have compiled in. */
  readonly config?: FirmwareConfig;
  /** Blank if absent. */
  readonly otadata?: readonly EntryFields[];
}

export interface ChipRunOptions
  extends FlashOptions, Omit<ChipOptions & XsProcessorOptions, "flashFile" | "observer"> {
  /** Changes the flash before it is used. */
  readonly damage?: (flash: Uint8Array) => Uint8Array;
  /** What to do with the chip within a callback of its observer. */
  readonly at?: {
    readonly moment: keyof ChipObserver;
    readonly call: (chip: SimulatedChip) => void;
  };
}

const waitMsMax = 10_000;

export class ChipRun {
  readonly lines: string[] = [];
  readonly events: ChipEvent[] = [];
  readonly diagnostics: string[] = [];
  readonly boots: ChipBoot[] = [];
  readonly ends: ProgramEnd[] = [];
  powerCuts = 0;
  failure: string | undefined;
  readonly chip: SimulatedChip;
  readonly flashFile: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "chip-run-"));
  #waiting: { isDone: () => boolean; resolve: () => void } | undefined;

  constructor(options: ChipRunOptions) {
    const { damage, at } = options;
    this.flashFile = join(this.#folder, "flash.bin");
    const flash = makeFlash(options);
    writeFileSync(this.flashFile, damage?.(flash) ?? flash);
    const happened = (moment: keyof ChipObserver, note: () => unknown): void => {
      note();
      if (at?.moment === moment) at.call(this.chip);
      if (this.#waiting?.isDone() === true) this.#waiting.resolve();
    };
    const { flashFile } = this;
    const processor = new XsProcessor({ ...options, flashFile });
    const observer: ChipObserver = {
      event: (event) => happened("event", () => this.events.push(event)),
      line: (line) => happened("line", () => this.lines.push(line)),
      diagnostic: (line) => happened("diagnostic", () => this.diagnostics.push(line)),
      booted: (boot) => happened("booted", () => this.boots.push(boot)),
      ended: (end) => happened("ended", () => this.ends.push(end)),
      powerCut: () => happened("powerCut", () => (this.powerCuts += 1)),
      failed: (problem) => happened("failed", () => (this.failure = problem)),
    };
    this.chip = new SimulatedChip({ ...options, flashFile, observer }, processor);
    this.chip.powerOn();
  }

  /** Waits until that has happened; fails if it takes too long. */
  async until(isDone: () => boolean): Promise<void> {
    if (isDone()) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#waiting = { isDone, resolve };
      timer = setTimeout(() => {
        const { boots, lines, ends, diagnostics, failure } = this;
        const seen = JSON.stringify({ boots, lines, ends, diagnostics, failure });
        reject(new assert.AssertionError({ message: `waited in vain; seen: ${seen}` }));
      }, waitMsMax);
    });
    clearTimeout(timer);
  }

  /** Bytes of a partition, as they are in the file now. */
  partition(label: string): Buffer {
    const flash = readFileSync(this.flashFile);
    const { offset, size } = partitionOf(readFlashImage(flash), label);
    return flash.subarray(offset, offset + size);
  }

  async close(): Promise<void> {
    await this.chip.powerOff();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The service of its identity is not there: nothing listens on the discard port. */
const identity = { vendor: "acme", model: "lamp", sn: "000001", host: "127.0.0.1", port: 9 };

function makeFlash({ program, secondProgram, config, otadata = [] }: FlashOptions): Uint8Array {
  const firmware = makeProgram({ version: "1.0.0", program, config });
  const flash = makeFlashImage({ identity, firmware });
  const contents = readFlashImage(flash);
  flash.set(makeOtadata(otadata), partitionOf(contents, "otadata").offset);
  if (secondProgram !== undefined) {
    const second = makeProgram({ version: "1.1.0", program: secondProgram, config });
    flash.set(second, partitionOf(contents, "ota_1").offset);
  }
  return flash;
}

interface ProgramOptions {
  readonly version: string;
  readonly program: string | undefined;
  readonly config: FirmwareConfig | undefined;
}

function makeProgram({ version, program, config = {} }: ProgramOptions): Uint8Array {
  const modules = program === undefined ? {} : { "main.js": program };
  return makeFirmware({ name: "lamp", version, config, modules });
}
