// A range of serials, as the API's JSON has it (procedures 34, 38 and 42). No chip links this.

import type { SerialFormat } from "./mac-serial.js";

/** How serials that are numbers may be written (S-31). */
export const serialFormats: readonly SerialFormat["format"][] = [
  "base10",
  "base16",
  "mac:48",
  "mac-48",
  "mac.48",
];

/** Serials that are numbers from `first` to `last`, written in one way. */
export interface SerialRange {
  /** How the numbers are written. */
  readonly format: SerialFormat["format"];
  /** Digits, filled up with zeros, for base10 and base16; null: as many as it takes. */
  readonly length: number | null;
  /** Of the digits above 9; null: lower. */
  readonly casing: "upper" | "lower" | null;
  /** The first number of the range: whole, below 2^53, of a MAC format below 2^48. */
  readonly first: number;
  /** The last number of the range, which belongs to it; bounded like `first`. */
  readonly last: number;
}
