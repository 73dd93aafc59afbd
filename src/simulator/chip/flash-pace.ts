// How long the flash of a simulated chip takes: not at all, typically, or as a seed says.

import { FlashTimes } from "../../formats/flash/flash-times.js";
import { seededRandom } from "./seeded.js";

/**
 * `typical`: 45 ms a block, 150 ms an aligned 64 KiB, 0.4 ms a page of 256 bytes. A number, 0 to
 * 4,294,967,295, is the seed of times that vary by up to a fifth, with a rare worst case.
 */
export type FlashPace = "typical" | number;

export function timesOf(pace: FlashPace): FlashTimes {
  return new FlashTimes(pace === "typical" ? undefined : seededRandom(pace));
}
