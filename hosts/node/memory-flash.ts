// A flash chip in memory: NOR semantics, nothing else. For fleets and for the tools; the strict
// fake with power cuts is test/support/nor-flash.ts.

import type { FlashPartition, FlashStatus } from "../../src/ports/flash.js";
import { blockLength } from "./flash-window.js";

export class MemoryFlash implements FlashPartition {
  readonly bytes: Uint8Array;

  /** @param bytes used in place; its length is a multiple of 4096 */
  constructor(bytes: Uint8Array) {
    if (bytes.length === 0 || bytes.length % blockLength !== 0) {
      throw new RangeError(
        `a flash of ${String(bytes.length)} bytes is not made of 4096-byte blocks`,
      );
    }
    this.bytes = bytes;
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    buffer.set(this.bytes.subarray(byteOffset, byteOffset + buffer.length));
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    buffer.forEach((byte, index) => {
      this.bytes[byteOffset + index] = (this.bytes[byteOffset + index] ?? 0) & byte;
    });
  }

  eraseBlock(first: number, end = first + 1): void {
    this.#check(first * blockLength, (end - first) * blockLength);
    this.bytes.fill(0xff, first * blockLength, end * blockLength);
  }

  status(): FlashStatus {
    const size = this.bytes.length;
    return { size, blockLength, blocks: size / blockLength };
  }

  close(): void {
    // Nothing is held.
  }

  #check(byteOffset: number, byteLength: number): void {
    if (byteOffset < 0 || byteLength < 0 || byteOffset + byteLength > this.bytes.length) {
      throw new RangeError("the range leaves the flash");
    }
  }
}
