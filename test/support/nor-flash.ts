// A NOR flash partition in memory, stricter than the chip, that can lose power anywhere.
//
// It keeps the power-cut contract of src/ports/flash.ts to the letter and refuses what a chip would
// silently get wrong:
//   program 0 -> 1          throws (or, with `overwrite: "and"`, gives old AND new as the chip does)
//   program unstable bits   throws: nobody may build on a block whose erase was cut (all 0 may be)
//   outside the partition, after close, on a read-only partition: throws
// Every program and erase is recorded, so that a clean run tells where cuts can fall; `cutsIn` lists
// them. A cut throws `PowerCut`, and so does every later call until `powerOn`.

import {
  eraseTorn,
  program,
  programTorn,
  type TornOperation,
} from "../../src/formats/flash/torn-operation.js";
import type { FlashPartition, FlashStatus } from "../../src/ports/flash.js";

/** The power is gone: what a call during or after a cut throws. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

export interface NorFlashOptions {
  /** Bytes; a multiple of `blockLength`. */
  readonly size: number;
  /** Bytes per erase block; 4096 if absent. */
  readonly blockLength?: number;
  /** What programming a cleared bit back to 1 does; "throw" if absent. */
  readonly overwrite?: "throw" | "and";
  readonly readOnly?: boolean;
}

/** One program, or the erase of one block. */
export interface FlashOperation {
  readonly kind: "program" | "erase";
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Where power is lost, and what that leaves of the operation. */
export interface Cut extends TornOperation {
  /** Counted from 0, from the moment of `cutAt`. */
  readonly operation: number;
  /**
   * For an erase: in the bytes not finished each read gives each bit as it was or as 1, at random
   * from this seed, until the block is erased again. If absent, they read as they were.
   */
  readonly unstableSeed?: number;
}

/** How much was asked of the flash since `resetCounts`. */
export interface FlashCounts {
  reads: number;
  readBytes: number;
  programs: number;
  programmedBytes: number;
  erases: number;
}

/** What `snapshot` returned; opaque, and good for any partition of the same size. */
export interface NorSnapshot {
  readonly content: Uint8Array;
  /** Undefined if every byte is stable. */
  readonly unstable: Uint8Array | undefined;
  readonly noise: number;
}

/** Hears of an operation just before it happens; `bytes` are those of a program. */
export type OnOperation = (operation: FlashOperation, bytes: Uint8Array | undefined) => void;

const noCounts = { reads: 0, readBytes: 0, programs: 0, programmedBytes: 0, erases: 0 };

export class NorFlash implements FlashPartition {
  readonly counts: FlashCounts = { ...noCounts };
  readonly #blockLength: number;
  readonly #overwrite: "throw" | "and";
  readonly #readOnly: boolean;
  readonly #content: Uint8Array;
  /** 1 for each byte that an erase cut short left undefined. */
  readonly #unstable: Uint8Array;
  /** A cut erase has left such bytes since the last restore; they may be gone again. */
  #mayBeUnstable = false;
  #noise = 1;
  #operations: FlashOperation[] = [];
  #cut: Cut | undefined;
  #state: "on" | "cut" | "closed" = "on";
  onOperation: OnOperation | undefined;

  constructor(options: NorFlashOptions) {
    const { size, blockLength = 4096, overwrite = "throw", readOnly = false } = options;
    if (size <= 0 || size % blockLength !== 0) {
      throw new Error(`size ${size} is not a multiple of the block length ${blockLength}`);
    }
    this.#blockLength = blockLength;
    this.#overwrite = overwrite;
    this.#readOnly = readOnly;
    this.#content = new Uint8Array(size).fill(0xff);
    this.#unstable = new Uint8Array(size);
  }

  /** A partition that holds `image`, which is copied. */
  static of(image: Uint8Array, options: Omit<NorFlashOptions, "size"> = {}): NorFlash {
    const flash = new NorFlash({ ...options, size: image.length });
    flash.#content.set(image);
    return flash;
  }

  /** The programs and erases since `cutAt`, `powerOn` or the start. */
  get operations(): readonly FlashOperation[] {
    return this.#operations;
  }

  status(): FlashStatus {
    this.#demandPower();
    const size = this.#content.length;
    return { size, blockLength: this.#blockLength, blocks: size / this.#blockLength };
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#demandPower();
    this.#demandRange(byteOffset, buffer.length);
    this.counts.reads += 1;
    this.counts.readBytes += buffer.length;
    if (!this.#mayBeUnstable) {
      buffer.set(this.#content.subarray(byteOffset, byteOffset + buffer.length));
      return;
    }
    for (let i = 0; i < buffer.length; i += 1) {
      const byte = this.#content[byteOffset + i] ?? 0;
      buffer[i] = this.#unstable[byteOffset + i] === 1 ? byte | this.#nextNoise() : byte;
    }
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    this.#demandPower();
    this.#demandRange(byteOffset, buffer.length);
    this.#demandWritable();
    this.#demandProgrammable(buffer, byteOffset);
    const cut = this.#begin({ kind: "program", byteOffset, byteLength: buffer.length }, buffer);
    const content = this.#content.subarray(byteOffset, byteOffset + buffer.length);
    if (cut === undefined) program(content, buffer);
    else programTorn(content, buffer, cut);
    this.#settle(byteOffset, buffer, cut);
    if (cut !== undefined) this.#losePower();
    this.counts.programs += 1;
    this.counts.programmedBytes += buffer.length;
  }

  eraseBlock(first: number, end: number = first + 1): void {
    this.#demandPower();
    this.#demandRange(first * this.#blockLength, (end - first) * this.#blockLength);
    this.#demandWritable();
    for (let block = first; block < end; block += 1) this.#erase(block * this.#blockLength);
  }

  close(): void {
    if (this.#state === "on") this.#state = "closed";
  }

  /** Loses power at `cut`, counted from now. */
  cutAt(cut: Cut): void {
    this.#demandPower();
    this.#operations = [];
    this.#cut = cut;
  }

  /** Power is back (and the partition open again); no cut is pending. */
  powerOn(): void {
    this.#operations = [];
    this.#cut = undefined;
    this.#state = "on";
  }

  /** Whether a cut has fallen. A test that means to cut asserts it. */
  get wasCut(): boolean {
    return this.#state === "cut";
  }

  /** What the next unstable read is drawn from. */
  get noise(): number {
    return this.#noise;
  }

  resetCounts(): void {
    Object.assign(this.counts, noCounts);
  }

  /** The content now, bits of an unfinished erase as they were. Works without power. */
  snapshot(): NorSnapshot {
    const unstable = this.#mayBeUnstable ? this.#unstable.slice() : undefined;
    return { content: this.#content.slice(), unstable, noise: this.#noise };
  }

  restore({ content, unstable, noise }: NorSnapshot): void {
    this.#content.set(content);
    if (unstable !== undefined) this.#unstable.set(unstable);
    else if (this.#mayBeUnstable) this.#unstable.fill(0);
    this.#mayBeUnstable = unstable !== undefined;
    this.#noise = noise;
  }

  #erase(start: number): void {
    const length = this.#blockLength;
    const cut = this.#begin({ kind: "erase", byteOffset: start, byteLength: length });
    const done = cut?.bytes ?? length;
    const first = cut?.fromEnd === true ? start + length - done : start;
    eraseTorn(this.#content.subarray(start, start + length), cut ?? { bytes: length });
    this.#unstable.fill(0, first, first + done);
    if (cut !== undefined) {
      if (done < length) this.#leaveUnstable(cut, start);
      this.#losePower();
    }
    this.counts.erases += 1;
  }

  /** What a cut within the erase of the block at `start` leaves unstable, if it says so. */
  #leaveUnstable(cut: Cut, start: number): void {
    if (cut.unstableSeed === undefined) return;
    const first = cut.fromEnd === true ? start : start + cut.bytes;
    this.#unstable.fill(1, first, first + this.#blockLength - cut.bytes);
    this.#mayBeUnstable = true;
    this.#noise = cut.unstableSeed >>> 0 || 1;
  }

  /** Records an operation; returns the cut if it falls in this one. */
  #begin(operation: FlashOperation, bytes?: Uint8Array): Cut | undefined {
    this.onOperation?.(operation, bytes);
    const isCut = this.#cut?.operation === this.#operations.length;
    this.#operations.push(operation);
    if (!isCut) return undefined;
    if ((this.#cut?.bytes ?? 0) > operation.byteLength) {
      throw new Error(`a cut beyond the ${operation.byteLength} bytes of its operation`);
    }
    return this.#cut;
  }

  #losePower(): never {
    this.#state = "cut";
    throw new PowerCut("power was cut during this operation");
  }

  /** A byte of which all bits were programmed to 0 is stable again. */
  #settle(byteOffset: number, buffer: Uint8Array, cut: Cut | undefined): void {
    if (!this.#mayBeUnstable) return;
    const end = cut?.bytes ?? buffer.length;
    for (let i = 0; i < end; i += 1) {
      if (buffer[i] === 0) this.#unstable[byteOffset + i] = 0;
    }
    if (cut?.border === 0xff && buffer[end] === 0) this.#unstable[byteOffset + end] = 0;
  }

  /** Xorshift32: eight bits that differ from read to read, the same for the same seed. */
  #nextNoise(): number {
    let noise = this.#noise;
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    this.#noise = noise >>> 0;
    return (noise >>> 8) & 0xff;
  }

  #demandPower(): void {
    if (this.#state === "cut") throw new PowerCut("the power is off");
    if (this.#state === "closed") throw new Error("the partition is closed");
  }

  #demandWritable(): void {
    if (this.#readOnly) throw new Error("the partition is read-only");
  }

  #demandRange(byteOffset: number, byteLength: number): void {
    const size = this.#content.length;
    if (!Number.isInteger(byteOffset) || byteOffset < 0 || byteLength < 0) {
      throw new Error(`bad range: ${byteLength} bytes at ${byteOffset}`);
    }
    if (byteOffset + byteLength > size) {
      throw new Error(`${byteLength} bytes at ${byteOffset} leave a partition of ${size} bytes`);
    }
  }

  #demandProgrammable(buffer: Uint8Array, byteOffset: number): void {
    for (let i = 0; i < buffer.length; i += 1) {
      const old = this.#content[byteOffset + i] ?? 0;
      const byte = buffer[i] ?? 0;
      if (this.#overwrite === "throw" && (byte & ~old) !== 0) {
        const wanted = `programming ${hex(byte)} over ${hex(old)}`;
        throw new Error(`byte ${byteOffset + i}: ${wanted} needs 0 -> 1`);
      }
      if (this.#unstable[byteOffset + i] === 1 && byte !== 0) {
        const at = `byte ${byteOffset + i}`;
        throw new Error(`${at}: programming ${hex(byte)} in a block whose erase was cut short`);
      }
    }
  }
}

/** How finely `cutsIn` cuts. */
export interface CutGrid {
  /** Values of the border byte's mask to try within a program; [0] if absent. */
  readonly borders?: readonly number[];
  /** Bytes between two cuts within an erase; half a block if absent. */
  readonly eraseStep?: number;
  /** With a seed, each cut within an erase is also tried with unstable reads. */
  readonly unstableSeed?: number;
}

/**
 * Every cut before, within and after each of `operations`: within a program at each byte, within an
 * erase from either end.
 */
export function* cutsIn(operations: readonly FlashOperation[], grid: CutGrid = {}): Generator<Cut> {
  for (const [operation, { kind, byteLength }] of operations.entries()) {
    yield { operation, bytes: 0 };
    if (kind === "program") yield* cutsInProgram(operation, byteLength, grid.borders ?? [0]);
    else yield* cutsInErase(operation, byteLength, grid);
    yield { operation, bytes: byteLength };
  }
}

function* cutsInProgram(operation: number, byteLength: number, borders: readonly number[]) {
  for (let bytes = 0; bytes < byteLength; bytes += 1) {
    for (const border of borders) {
      if (bytes > 0 || border !== 0) yield { operation, bytes, border };
    }
  }
}

function* cutsInErase(operation: number, byteLength: number, grid: CutGrid): Generator<Cut> {
  const { eraseStep = byteLength / 2, unstableSeed } = grid;
  if (unstableSeed !== undefined) yield { operation, bytes: 0, unstableSeed };
  for (let bytes = eraseStep; bytes < byteLength; bytes += eraseStep) {
    for (const fromEnd of [false, true]) {
      yield { operation, bytes, fromEnd };
      if (unstableSeed !== undefined) yield { operation, bytes, fromEnd, unstableSeed };
    }
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
