// The flash chip of a simulated device, in a file: what the boot loader works on. NOR semantics,
// and the same power cuts as the engine's flash-image.c, which works on the file after it.
//
// Every call goes straight to the file. A cut throws PowerFailure and leaves what the engine leaves:
//   program  the first half of the bytes, or up to the byte the cut names; then one byte of which
//            four bits were programmed
//   erase    the first half of the block FF, the rest as it was

import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { FlashPartition, FlashStatus } from "../../ports/flash.js";

const blockLength = 4096;

/** The power failed within a flash operation. */
export class PowerFailure extends Error {
  override readonly name = "PowerFailure";
}

/** Where the power fails, in what this object does to the file. */
export interface FlashFileCut {
  /** Within this operation (a program, or a block erased), from 1. */
  readonly operation?: number;
  /** After so many bytes programmed. */
  readonly bytes?: number;
}

export class FlashFile implements FlashPartition {
  /** Begun so far, the one that was cut included. */
  operations = 0;
  bytesProgrammed = 0;
  blocksErased = 0;
  readonly #file: number;
  readonly #size: number;
  readonly #cut: FlashFileCut;

  /** Throws an Error if the file is not there or cannot be a flash. */
  constructor(path: string, cut: FlashFileCut = {}) {
    this.#file = openSync(path, "r+");
    this.#size = fstatSync(this.#file).size;
    this.#cut = cut;
    if (this.#size === 0 || this.#size % blockLength !== 0) {
      closeSync(this.#file);
      throw new Error(`${path} is no flash image: ${this.#size} bytes are not whole blocks`);
    }
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    let done = 0;
    while (done < buffer.length) {
      const count = readSync(this.#file, buffer, done, buffer.length - done, byteOffset + done);
      if (count === 0) throw new Error("the flash file was cut short by somebody else");
      done += count;
    }
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    const half = this.#begin() ? Math.floor(buffer.length / 2) : buffer.length;
    const allowed = Math.min(half, (this.#cut.bytes ?? Infinity) - this.bytesProgrammed);
    if (allowed < buffer.length) this.#tearWrite(buffer, byteOffset, allowed);
    this.#program(buffer, byteOffset);
    this.bytesProgrammed += buffer.length;
  }

  eraseBlock(first: number, end = first + 1): void {
    this.#check(first * blockLength, (end - first) * blockLength);
    for (let block = first; block < end; block += 1) {
      if (this.#begin()) this.#tearErase(block);
      this.#put(Buffer.alloc(blockLength, 0xff), block * blockLength);
      this.blocksErased += 1;
    }
  }

  /** A write in which the power fails after `allowed` of its bytes. */
  tearWrite(buffer: Uint8Array, byteOffset: number, allowed: number): never {
    this.#check(byteOffset, buffer.length);
    this.#begin();
    return this.#tearWrite(buffer, byteOffset, allowed);
  }

  /** An erase in which the power fails. */
  tearErase(block: number): never {
    this.#check(block * blockLength, blockLength);
    this.#begin();
    return this.#tearErase(block);
  }

  status(): FlashStatus {
    return { size: this.#size, blockLength, blocks: this.#size / blockLength };
  }

  close(): void {
    closeSync(this.#file);
  }

  #tearWrite(buffer: Uint8Array, byteOffset: number, allowed: number): never {
    const border = (buffer[allowed] ?? 0xff) | 0xf0;
    this.#program(buffer.subarray(0, allowed), byteOffset);
    this.#program(Uint8Array.of(border), byteOffset + allowed);
    this.bytesProgrammed += allowed;
    throw new PowerFailure(`power cut in a write at ${byteOffset + allowed}`);
  }

  #tearErase(block: number): never {
    this.#put(Buffer.alloc(blockLength / 2, 0xff), block * blockLength);
    throw new PowerFailure(`power cut in the erase of block ${block}`);
  }

  #begin(): boolean {
    this.operations += 1;
    return this.operations === this.#cut.operation;
  }

  #program(bytes: Uint8Array, byteOffset: number): void {
    const old = Buffer.alloc(bytes.length);
    this.read(old, byteOffset);
    this.#put(
      old.map((byte, index) => byte & (bytes[index] ?? 0)),
      byteOffset,
    );
  }

  #put(bytes: Uint8Array, byteOffset: number): void {
    let done = 0;
    while (done < bytes.length) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, byteOffset + done);
    }
  }

  #check(byteOffset: number, byteLength: number): void {
    if (byteOffset < 0 || byteLength < 0 || byteOffset + byteLength > this.#size) {
      throw new RangeError(`${byteLength} bytes at ${byteOffset} leave the flash`);
    }
  }
}
