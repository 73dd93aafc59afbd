// The flash chip as the boot code sees it: all of it, from address 0. Types only; the chip is
// flash-file.ts, and a fake that loses power anywhere in the tests.

import type { FlashPartition } from "../../ports/flash.js";

/** NOR flash under the power-cut contract of the flash port. A cut throws and ends the boot. */
export type BootFlash = Pick<FlashPartition, "read" | "write" | "eraseBlock" | "status">;

/** ESP32's erase unit. */
export const blockBytes = 4096;

export function readBytes(flash: BootFlash, address: number, byteLength: number): Buffer {
  const bytes = Buffer.alloc(byteLength);
  flash.read(bytes, address);
  return bytes;
}
