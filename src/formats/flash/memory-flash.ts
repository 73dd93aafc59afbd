// A flash chip in memory: NOR semantics, nothing else. For fleets and for the tools; the strict
// fake with power cuts is test/support/nor-flash.ts.

import { type FlashPartition, type FlashStatus, sectorBytes } from "../../ports/flash.js";
import { checkRange, flashStatus } from "./flash-window.js";

export class MemoryFlash implements FlashPartition {
  readonly bytes: Uint8Array;

  /** @param bytes used in place; its length is a multiple of 4096 */
  constructor(bytes: Uint8Array) {
    if (bytes.length === 0 || bytes.length % sectorBytes !== 0) {
      throw new RangeError(`a flash of ${bytes.length} bytes is not made of 4096-byte blocks`);
    }
    this.bytes = bytes;
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    checkRange(byteOffset, buffer.length, this.bytes.length);
    buffer.set(this.bytes.subarray(byteOffset, byteOffset + buffer.length));
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    checkRange(byteOffset, buffer.length, this.bytes.length);
    buffer.forEach((byte, index) => {
      this.bytes[byteOffset + index] = (this.bytes[byteOffset + index] ?? 0) & byte;
    });
  }

  eraseBlock(first: number, end = first + 1): void {
    checkRange(first * sectorBytes, (end - first) * sectorBytes, this.bytes.length);
    this.bytes.fill(0xff, first * sectorBytes, end * sectorBytes);
  }

  status(): FlashStatus {
    return flashStatus(this.bytes.length);
  }

  close(): void {
    // Nothing is held.
  }
}
