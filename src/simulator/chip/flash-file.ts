// The flash chip of a simulated device, in a file: what the boot loader works on, and a program that
// runs in this process. NOR semantics, and the same power cuts as the engine's flash-image.c, which
// works on the same file.
//
// Every call goes straight to the file. A cut throws PowerFailure, as every call after it does, and
// leaves what the engine leaves:
//   program  the first half of the bytes, or up to the byte that the cut names; then one byte of
//            which four bits were programmed
//   erase    the first half of the block FF, the rest as it was

import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { readBootTable } from "../../formats/boot/boot-table.js";
import { checkRange } from "../../formats/flash/flash-window.js";
import {
  borderBitsDefault,
  eraseTorn,
  program,
  programTorn,
  type TornOperation,
} from "../../formats/flash/torn-operation.js";
import type { FlashPartition, FlashStatus } from "../../ports/flash.js";
import type { FlashCut } from "./power-cut.js";

const blockLength = 4096;

/** The power failed within a flash operation, or was off before it. */
export class PowerFailure extends Error {
  override readonly name = "PowerFailure";
}

/** What was done through a FlashFile, a cut operation as far as it got included. */
export interface FlashWork {
  readonly operations: number;
  readonly slotBytes: number;
  /** Bytes programmed outside the OTA slots. */
  readonly recordBytes: number;
  readonly blocksErased: number;
}

export interface FlashFileOptions {
  /** Counted from the moment the file is opened. */
  readonly cut?: FlashCut | undefined;
  /** Called once, before the operation throws. */
  readonly onCut?: () => void;
}

export class FlashFile implements FlashPartition {
  readonly #file: number;
  readonly #size: number;
  readonly #cut: FlashCut | undefined;
  readonly #onCut: () => void;
  /** [from, end) of each OTA slot. */
  readonly #slots: readonly (readonly [number, number])[];
  #work = { operations: 0, slotBytes: 0, recordBytes: 0, blocksErased: 0 };
  #hasPower = true;

  /** Throws an Error if the file is not there or cannot be a flash. */
  constructor(path: string, { cut, onCut = () => undefined }: FlashFileOptions = {}) {
    this.#file = openSync(path, "r+");
    this.#size = fstatSync(this.#file).size;
    this.#cut = cut;
    this.#onCut = onCut;
    if (this.#size === 0 || this.#size % blockLength !== 0) {
      closeSync(this.#file);
      throw new Error(`${path} is no flash image: ${this.#size} bytes are not whole blocks`);
    }
    const table = readBootTable(this);
    const slots = "problem" in table ? [] : table.slots;
    this.#slots = slots.flatMap((slot) =>
      slot === undefined ? [] : [[slot.offset, slot.offset + slot.size] as const],
    );
  }

  get work(): FlashWork {
    return this.#work;
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    let done = 0;
    while (done < buffer.length) {
      const count = readSync(this.#file, buffer, done, buffer.length - done, byteOffset + done);
      if (count === 0) throw new Error("another process cut the flash file short");
      done += count;
    }
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    this.#check(byteOffset, buffer.length);
    if (buffer.length === 0) return;
    this.#work.operations += 1;
    const isInSlot = this.#slots.some(([from, end]) => byteOffset >= from && byteOffset < end);
    const bytes = this.#bytesBeforeCut(buffer.length, isInSlot);
    const torn = bytes < buffer.length ? { bytes, border: borderBitsDefault } : undefined;
    this.#change(byteOffset, buffer.length, (content) => {
      if (torn === undefined) program(content, buffer);
      else programTorn(content, buffer, torn);
    });
    this.#work[isInSlot ? "slotBytes" : "recordBytes"] += bytes;
    if (torn !== undefined) this.#losePower(`a write at ${byteOffset + bytes}`);
  }

  eraseBlock(first: number, end = first + 1): void {
    this.#check(first * blockLength, (end - first) * blockLength);
    for (let block = first; block < end; block += 1) {
      this.#work.operations += 1;
      const isCut = this.#isOperationCut();
      const torn: TornOperation = { bytes: isCut ? blockLength / 2 : blockLength };
      this.#change(block * blockLength, blockLength, (content) => {
        eraseTorn(content, torn);
      });
      if (isCut) this.#losePower(`the erase of block ${block}`);
      this.#work.blocksErased += 1;
    }
  }

  status(): FlashStatus {
    return { size: this.#size, blockLength, blocks: this.#size / blockLength };
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Bytes of a program that still get done. */
  #bytesBeforeCut(byteLength: number, isInSlot: boolean): number {
    const cut = this.#cut;
    if (this.#isOperationCut()) return Math.floor(byteLength / 2);
    let left = byteLength;
    if (cut?.at === "slot-bytes" && isInSlot) left = cut.count - this.#work.slotBytes;
    if (cut?.at === "record-bytes" && !isInSlot) left = cut.count - this.#work.recordBytes;
    return Math.min(byteLength, Math.max(0, left));
  }

  #isOperationCut(): boolean {
    return this.#cut?.at === "operation" && this.#work.operations === this.#cut.count;
  }

  #losePower(where: string): never {
    this.#hasPower = false;
    this.#onCut();
    throw new PowerFailure(`power cut in ${where}`);
  }

  #change(byteOffset: number, byteLength: number, change: (content: Uint8Array) => void): void {
    const content = new Uint8Array(byteLength);
    this.read(content, byteOffset);
    change(content);
    let done = 0;
    while (done < byteLength) {
      done += writeSync(this.#file, content, done, byteLength - done, byteOffset + done);
    }
  }

  #check(byteOffset: number, byteLength: number): void {
    if (!this.#hasPower) throw new PowerFailure("the power is off");
    checkRange(byteOffset, byteLength, this.#size);
  }
}
