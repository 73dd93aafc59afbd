// The flash chip as the boot code sees it: all of it, from address 0.

import type { FlashPartition } from "../../ports/flash.js";

/** NOR flash under the power-cut contract of the flash port. A cut throws and ends the boot. */
export type BootFlash = Pick<FlashPartition, "read" | "write" | "eraseBlock" | "status">;

/** ESP32's erase unit, bytes. */
export const blockBytes = 4096;

/** Reads `byteLength` bytes at `address`. Throws what the flash throws. */
export function readBytes(flash: BootFlash, address: number, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  flash.read(bytes, address);
  return bytes;
}

/** All of `bytes` as little-endian numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether both hold the same bytes. */
export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
