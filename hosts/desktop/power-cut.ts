// When the power of a simulated chip fails: places that a person names, and random ones from a
// seed; and how far the chip still is from the next one. The cut itself is made by flash-file.ts
// (in the boot loader), by the engine, or by a timer of the chip's.

import { receiveBytes } from "../../src/protocol/limits.js";
import type { Counters } from "./counters.js";
import { seededRandom } from "./seeded.js";

/** Counts begin when the power comes on; resets in between do not start them anew. */
export type PowerCut =
  /** After so many bytes programmed in the idle slot. */
  | { readonly at: "slot-bytes"; readonly count: number }
  /** Within the flash operation of this number (a program, a block erased), from 1. */
  | { readonly at: "operation"; readonly count: number }
  /** After so many milliseconds. */
  | { readonly at: "time"; readonly delayMs: number };

/** The cut that is due while the power is on, measured by the counts at the time it came on. */
export class DueCut {
  readonly cut: PowerCut;
  readonly #operations: number;
  readonly #slotBytes: number;

  constructor(cut: PowerCut, counters: Counters, bootOperations: number) {
    this.cut = cut;
    this.#operations = operationsIn(counters, bootOperations);
    this.#slotBytes = slotBytesIn(counters);
  }

  /** The number of the operation to come, from 1, in which the cut falls. */
  operation(counters: Counters, bootOperations: number): number | undefined {
    if (this.cut.at !== "operation") return undefined;
    return this.cut.count - (operationsIn(counters, bootOperations) - this.#operations);
  }

  /** What to tell the engine that begins now. */
  engineArguments(counters: Counters, bootOperations: number): string[] {
    const operation = this.operation(counters, bootOperations);
    if (operation !== undefined) return ["--cut-operation", String(operation)];
    if (this.cut.at !== "slot-bytes") return [];
    const bytes = this.cut.count - (slotBytesIn(counters) - this.#slotBytes);
    return ["--cut-slot-bytes", String(bytes)];
  }
}

function operationsIn(counters: Counters, bootOperations: number): number {
  return (counters["flashOperations"] ?? 0) + bootOperations;
}

function slotBytesIn(counters: Counters): number {
  return counters["slotBytesProgrammed"] ?? 0;
}

export interface RandomCutOptions {
  readonly count: number;
  readonly seed: number;
  /** Of the image that is downloaded meanwhile. */
  readonly imageBytes: number;
}

const slotShare = 0.75;
/** Flash operations in which a boot, its records and the first sectors of a download lie. */
const earlyOperationsMax = 24;
/** What an operation programs at most: the agent's receive buffer. */
const operationBytesMax = receiveBytes;

/**
 * Cuts that fall while an image is being downloaded, at the same bytes for the same seed: most in
 * the slot, at even chances in the whole image; the others in the boot loader, in the first
 * records and in the first sectors after it. The first is in the slot: a device that loses the
 * reply to its activation waits for a person.
 */
export function randomCuts({ count, seed, imageBytes }: RandomCutOptions): PowerCut[] {
  const random = seededRandom(seed);
  const inSlot = Array.from({ length: count }, (_, index) => random() < slotShare || index === 0);
  const others = inSlot.filter((one) => !one).length;
  // So much may be downloaded up to the others.
  const margin = Math.min(others * earlyOperationsMax * operationBytesMax, imageBytes / 2);
  const places = inSlot
    .filter((one) => one)
    .map(() => Math.floor(random() * (imageBytes - margin)))
    .sort((one, other) => one - other);
  let reached = 0;
  return inSlot.map((one): PowerCut => {
    if (!one) return { at: "operation", count: 1 + Math.floor(random() * earlyOperationsMax) };
    const place = places.shift() ?? reached;
    const bytes = place - reached;
    reached = place;
    return { at: "slot-bytes", count: bytes };
  });
}
