// What a simulated chip is made of, what it tells its observer, and what it has counted.

import type { ResetReason } from "../../ports/boot.js";
import type { ChipEvent } from "./chip-event.js";
import type { Counters } from "./counters.js";
import type { PowerCut } from "./power-cut.js";
import type { ProgramEnd } from "./processor.js";

/** The start of a program. */
export interface ChipBoot {
  /** What led to it. */
  readonly reason: ResetReason;
  /** The OTA slot that runs, from 0. */
  readonly slot: number;
  /** Images that the boot loader refused before this one, and why. */
  readonly refused: readonly string[];
}

/** What happens to a chip, for people and proofs. */
export interface ChipObserver {
  booted?(boot: ChipBoot): void;
  /** What the program's agent tells. */
  event?(event: ChipEvent): void;
  /** A line that the program traced. */
  line?(line: string): void;
  /** A line of the engine's own. */
  diagnostic?(line: string): void;
  /** The program ended. */
  ended?(end: ProgramEnd): void;
  /** The power failed; it comes back. Not called for `powerOff`. */
  powerCut?(): void;
  /** The chip cannot go on: no image starts, or the simulation itself is broken. It is off now. */
  failed?(problem: string): void;
}

export interface ChipOptions {
  /** Path of the flash image; it is changed in place. */
  readonly flashFile: string;
  /** Silence, in milliseconds, after which the watchdog resets the chip. Default: 10,000. */
  readonly watchdogMs?: number;
  /** Milliseconds from the end of a program to the next boot. Default: 20. */
  readonly resetDelayMs?: number;
  /** One for each time the power comes on, in order. Default: none. */
  readonly cuts?: readonly PowerCut[];
  readonly observer?: ChipObserver;
}

export interface ChipReport {
  /** Times that a boot loader began. */
  readonly boots: number;
  /** Boots by what led to them. */
  readonly resets: Readonly<Partial<Record<ResetReason, number>>>;
  readonly powerCuts: number;
  /** Blocks of flash erased, by the program and the boot loader. */
  readonly eraseCount: number;
  /** What engine and program counted, over all boots. */
  readonly counters: Counters;
}
