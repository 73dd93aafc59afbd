// When the power of a simulated chip fails: places that a person names, and random ones from a
// seed; and how far the chip still is from the next one. The cut itself is made by flash-file.ts
// (in the boot loader), by the engine, or by a timer of the chip's.

import { receiveBytes } from "../../agent/limits.js";
import type { Counters } from "./counters.js";
import type { FlashFileCut } from "./flash-file.js";
import { seededRandom } from "./seeded.js";

/** Counts begin when the power comes on; resets in between do not start them anew. */
export type PowerCut =
  /** After so many bytes programmed in the idle slot. */
  | { readonly at: "slot-bytes"; readonly count: number }
  /** After so many bytes programmed anywhere else: key-value store, boot entries. */
  | { readonly at: "record-bytes"; readonly count: number }
  /** Within the flash operation of this number (a program, a block erased), from 1. */
  | { readonly at: "operation"; readonly count: number }
  /** After so many milliseconds. */
  | { readonly at: "time"; readonly delayMs: number };

/** What the boot loader has done to the flash, which the engine does not count. */
export interface BootLoaderWork {
  readonly operations: number;
  readonly bytesProgrammed: number;
}

/** The cut that is due while the power is on, measured by the counts at the time it came on. */
export class DueCut {
  readonly cut: PowerCut;
  readonly #reached: number;

  constructor(cut: PowerCut, counters: Counters, work: BootLoaderWork) {
    this.cut = cut;
    this.#reached = reached(cut, counters, work);
  }

  /** The cut as the boot loader that begins now has to know it, if it can fall there. */
  inBootLoader(counters: Counters, work: BootLoaderWork): FlashFileCut | undefined {
    const left = this.#left(counters, work);
    if (this.cut.at === "operation") return { operation: left };
    return this.cut.at === "record-bytes" ? { bytes: left } : undefined;
  }

  /** What to tell the engine that begins now. */
  engineArguments(counters: Counters, work: BootLoaderWork): string[] {
    const left = String(this.#left(counters, work));
    return this.cut.at === "time" ? [] : [`--cut-${this.cut.at}`, left];
  }

  #left(counters: Counters, work: BootLoaderWork): number {
    const done = reached(this.cut, counters, work) - this.#reached;
    return this.cut.at === "time" ? 0 : this.cut.count - done;
  }
}

/** The count that decides about `cut`. */
function reached({ at }: PowerCut, counters: Counters, work: BootLoaderWork): number {
  const { flashOperations = 0, slotBytesProgrammed = 0, flashBytesProgrammed = 0 } = counters;
  switch (at) {
    case "operation":
      return flashOperations + work.operations;
    case "slot-bytes":
      return slotBytesProgrammed;
    case "record-bytes":
      return flashBytesProgrammed - slotBytesProgrammed + work.bytesProgrammed;
    case "time":
      return 0;
    default:
      return at satisfies never;
  }
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
