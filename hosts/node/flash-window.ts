// A partition as a window on a whole flash chip: the same operations, shifted and bounded.

import type { FlashPartition, FlashStatus } from "../../src/ports/flash.js";

export const blockLength = 4096;

export class FlashWindow implements FlashPartition {
  readonly #flash: FlashPartition;
  readonly #offset: number;
  readonly #size: number;
  readonly #readOnly: boolean;
  #closed = false;

  /** @param offset where the window begins, a multiple of the block length, as is `size` */
  constructor(flash: FlashPartition, offset: number, size: number, readOnly = false) {
    this.#flash = flash;
    this.#offset = offset;
    this.#size = size;
    this.#readOnly = readOnly;
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    this.#flash.read(buffer, this.#offset + byteOffset);
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    this.#refuseReadOnly();
    this.#flash.write(buffer, this.#offset + byteOffset);
  }

  eraseBlock(first: number, end = first + 1): void {
    this.#check(first * blockLength, (end - first) * blockLength);
    this.#refuseReadOnly();
    const base = this.#offset / blockLength;
    this.#flash.eraseBlock(base + first, base + end);
  }

  status(): FlashStatus {
    this.#check(0, 0);
    return { size: this.#size, blockLength, blocks: this.#size / blockLength };
  }

  close(): void {
    this.#closed = true;
  }

  #check(byteOffset: number, byteLength: number): void {
    if (this.#closed) throw new Error("the partition is closed");
    if (byteOffset < 0 || byteLength < 0 || byteOffset + byteLength > this.#size) {
      const range = `${String(byteOffset)}+${String(byteLength)}`;
      throw new RangeError(`${range} leaves the partition of ${String(this.#size)} bytes`);
    }
  }

  #refuseReadOnly(): void {
    if (this.#readOnly) throw new Error("the partition is read-only");
  }
}
