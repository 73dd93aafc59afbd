// A flash partition in memory, over another that it never changes: a sector is copied when it is
// first written. Over nothing, it is a blank partition. Only for NVS code, which never reaches
// across the border of a sector in one call.

import type { FlashPartition, FlashStatus } from "../../ports/flash.js";

const blockLength = 4096;

export class FlashOverlay implements FlashPartition {
  readonly #below: FlashPartition | undefined;
  readonly #size: number;
  /** What has been written or erased, by block. */
  readonly #blocks: (Uint8Array | undefined)[] = [];

  /** Over `below`, or blank and of so many bytes. */
  constructor(below: FlashPartition | number) {
    this.#below = typeof below === "number" ? undefined : below;
    this.#size = typeof below === "number" ? below : below.status().size;
  }

  status(): FlashStatus {
    return { size: this.#size, blockLength, blocks: Math.floor(this.#size / blockLength) };
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    const block = this.#blocks[Math.floor(byteOffset / blockLength)];
    const start = byteOffset % blockLength;
    if (block !== undefined) buffer.set(block.subarray(start, start + buffer.length));
    else if (this.#below !== undefined) this.#below.read(buffer, byteOffset);
    else buffer.fill(0xff);
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    const index = Math.floor(byteOffset / blockLength);
    const start = byteOffset % blockLength;
    if (this.#blocks[index] === undefined) {
      const copy = new Uint8Array(blockLength);
      this.read(copy, index * blockLength);
      this.#blocks[index] = copy;
    }
    const block = this.#blocks[index];
    for (let i = 0; i < buffer.length; i += 1) {
      block[start + i] = (block[start + i] ?? 0) & (buffer[i] ?? 0);
    }
  }

  eraseBlock(first: number, end: number = first + 1): void {
    for (let i = first; i < end; i += 1) this.#blocks[i] = new Uint8Array(blockLength).fill(0xff);
  }

  close(): void {
    this.#below?.close();
  }
}
