// A partition as a window on a whole flash chip: the same operations, shifted and bounded.

import { type FlashPartition, type FlashStatus, sectorBytes } from "../../ports/flash.js";

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
    this.#check(first * sectorBytes, (end - first) * sectorBytes);
    this.#refuseReadOnly();
    const base = this.#offset / sectorBytes;
    this.#flash.eraseBlock(base + first, base + end);
  }

  status(): FlashStatus {
    this.#refuseClosed();
    return flashStatus(this.#size);
  }

  close(): void {
    this.#closed = true;
  }

  #check(byteOffset: number, byteLength: number): void {
    this.#refuseClosed();
    checkRange(byteOffset, byteLength, this.#size);
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error("the partition is closed");
  }

  #refuseReadOnly(): void {
    if (this.#readOnly) throw new Error("the partition is read-only");
  }
}

/** Throws a RangeError if `byteLength` bytes at `byteOffset` are not all within `size` bytes. */
export function checkRange(byteOffset: number, byteLength: number, size: number): void {
  if (byteOffset >= 0 && byteLength >= 0 && byteOffset + byteLength <= size) return;
  throw new RangeError(`${byteLength} bytes at ${byteOffset} leave a flash of ${size} bytes`);
}

export function flashStatus(size: number): FlashStatus {
  return { size, blockLength: sectorBytes, blocks: size / sectorBytes };
}
