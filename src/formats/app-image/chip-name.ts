// The name that people know a chip by.

import { chipById } from "../../flash/app-image-chips.js";

/** `esp32c3`, or `chip 99` if no chip of that id is known. */
export function chipName(chipId: number): string {
  return chipById(chipId)?.name ?? `chip ${chipId}`;
}
