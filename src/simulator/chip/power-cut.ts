// Where the power of a simulated chip fails: at places that a person names, or at random ones from
// a seed. The cut itself is made by flash-file.ts, by the engine, or by a timer of the chip's.

import { receiveBytes } from "../../agent/limits.js";
import { seededRandom } from "./seeded.js";

/** A cut within a flash operation. */
export type FlashCut =
  /** After `count` bytes programmed in the idle slot; 0 or more. */
  | { readonly at: "slot-bytes"; readonly count: number }
  /** After `count` bytes programmed anywhere else: key-value store, boot entries; 0 or more. */
  | { readonly at: "record-bytes"; readonly count: number }
  /** Within the flash operation of this number (a program, a block erased), from 1. */
  | { readonly at: "operation"; readonly count: number };

/** Counts begin when the power comes on; a reset in between does not start them again. */
export type PowerCut =
  | FlashCut
  /** After so many milliseconds, whatever the chip does then. */
  | { readonly at: "time"; readonly delayMs: number };

export interface RandomCutOptions {
  /** How many; 0 or more. */
  readonly count: number;
  /** The same seed gives the same cuts. */
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
