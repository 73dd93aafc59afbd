// What a simulated chip is told when it is made, what it tells meanwhile, and what it has counted.

import type { ResetReason } from "../../ports/boot.js";
import type { Counters } from "./counters.js";
import type { EngineEnd } from "./engine-process.js";
import type { PowerCut } from "./power-cut.js";

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
  /** As the product's manifest asks for if absent. */
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
