// An application image as the boot loader verifies it before it runs it (ESP-IDF
// esp_image_format.c), written apart from src/flash.
//
//   header 24: 0 magic E9  1 segments  12 chip id  15 min revision  17 max revision  23 SHA-256?
//   segment header 8: 0 load address  4 data length, then the data
//   after the last segment 0 to 15 bytes and the checksum, in all a multiple of 16; SHA-256
//
// Not checked: where segments may lie in RAM. That takes the memory map of a chip.

import type { Digest, OpenDigest } from "../../ports/digest.js";
import { areEqual, readBytes, viewOf, type BootFlash } from "./boot-flash.js";
import type { BootPartition } from "./boot-table.js";

/** The chip that is to run the image. */
export interface BootChip {
  readonly id: number;
  /** Wafer revision, major * 100 + minor. */
  readonly revision: number;
  /** Address windows [from, end) that show flash through a cache of 64 KiB pages. */
  readonly mapped: readonly (readonly [number, number])[];
}

/** The chip that is simulated. */
export const esp32: BootChip = {
  id: 0,
  revision: 300,
  mapped: [
    [0x3f400000, 0x3f800000],
    [0x400d0000, 0x40400000],
  ],
};

export interface BootSegment {
  readonly loadAddress: number;
  /** Of the data, in flash. */
  readonly address: number;
  readonly byteLength: number;
}

export interface BootImage {
  readonly byteLength: number;
  readonly segments: readonly BootSegment[];
}

/** The image in a partition, or in words why it must not run. */
export type BootImageVerdict = BootImage | { readonly problem: string };

const headerBytes = 24;
const segmentHeaderBytes = 8;
const descriptorBytes = 256;
const digestBytes = 32;
const rowBytes = 16;
const pageBytes = 0x10000;
const segmentsMax = 16;
const sizeLimit = 0x1000000;
const checksumSeed = 0xef;
/** How much of a segment is read at a time, bytes: a multiple of four. */
const portionBytes = 0x4000;

/** What `verifyBootImage` needs beside the image. */
export interface BootImageRule {
  /** The chip that is to run the image. */
  readonly chip: BootChip;
  /** SHA-256. */
  readonly openDigest: OpenDigest;
}

/** Verifies the image at the start of `partition`. Throws only what the flash throws. */
export function verifyBootImage(
  flash: BootFlash,
  partition: Pick<BootPartition, "offset" | "size">,
  rule: BootImageRule,
): BootImageVerdict {
  try {
    return new ImageReader(flash, partition, rule).read();
  } catch (error) {
    if (error instanceof ImageProblem) return { problem: error.message };
    throw error;
  }
}

/** Leaves the reader at the first thing that is wrong; never leaves this file. */
class ImageProblem extends Error {}

class ImageReader {
  readonly #flash: BootFlash;
  readonly #chip: BootChip;
  readonly #start: number;
  readonly #end: number;
  readonly #digest: Digest;
  readonly #portion = new Uint8Array(portionBytes);
  #position: number;
  #checksum = checksumSeed;

  constructor(
    flash: BootFlash,
    { offset, size }: Pick<BootPartition, "offset" | "size">,
    { chip, openDigest }: BootImageRule,
  ) {
    if (size > sizeLimit) throw new ImageProblem(`a partition of ${size} bytes is too large`);
    this.#flash = flash;
    this.#chip = chip;
    this.#start = offset;
    this.#position = offset;
    this.#end = Math.min(offset + size, flash.status().size);
    this.#digest = openDigest();
  }

  read(): BootImage {
    const header = viewOf(this.#take(headerBytes));
    this.#checkHeader(header);
    const [segmentCount, hasDigest] = [header.getUint8(1), header.getUint8(23) !== 0];
    const segments: BootSegment[] = [];
    for (let index = 0; index < segmentCount; index += 1) {
      segments.push(this.#readSegment(index));
    }
    this.#checkChecksum();
    if (hasDigest) this.#checkDigest();
    return { byteLength: this.#position - this.#start, segments };
  }

  #checkHeader(header: DataView): void {
    if (header.getUint8(0) !== 0xe9) throw new ImageProblem("no image: the magic byte is not E9");
    const chipId = header.getUint16(12, true);
    if (chipId !== this.#chip.id) {
      throw new ImageProblem(`the image is for chip ${chipId}, this is chip ${this.#chip.id}`);
    }
    const [least, most] = [header.getUint16(15, true), header.getUint16(17, true)];
    const { revision } = this.#chip;
    if (revision < least || (most !== 0 && most !== 0xffff && revision > most)) {
      const range = `revisions ${least} to ${most}`;
      throw new ImageProblem(`the image is for ${range}, this is revision ${revision}`);
    }
    const count = header.getUint8(1);
    if (count > segmentsMax) throw new ImageProblem(`${count} segments are too many`);
  }

  #readSegment(index: number): BootSegment {
    const header = viewOf(this.#take(segmentHeaderBytes));
    const segment = {
      loadAddress: header.getUint32(0, true),
      address: this.#position,
      byteLength: header.getUint32(4, true),
    };
    const { loadAddress, address, byteLength } = segment;
    const least = index === 0 ? descriptorBytes : 0;
    if (byteLength % 4 !== 0 || byteLength >= sizeLimit || byteLength < least) {
      throw new ImageProblem(`segment ${index} has a bad length, ${byteLength}`);
    }
    if (this.#isMapped(loadAddress) && loadAddress % pageBytes !== address % pageBytes) {
      throw new ImageProblem(`segment ${index} does not lie where its address says`);
    }
    for (let left = byteLength; left > 0; left -= portionBytes) {
      this.#checksum ^= exclusiveOr(this.#take(Math.min(left, portionBytes)));
    }
    return segment;
  }

  #isMapped(address: number): boolean {
    return this.#chip.mapped.some(([from, end]) => address >= from && address < end);
  }

  #checkChecksum(): void {
    const used = (this.#position - this.#start) % rowBytes;
    const row = this.#take(rowBytes - used);
    if (row.at(-1) !== this.#checksum) {
      throw new ImageProblem(`the checksum is ${row.at(-1)}, ${this.#checksum} was calculated`);
    }
  }

  #checkDigest(): void {
    const digest = this.#digest.close();
    if (this.#end - this.#position < digestBytes) throw new ImageProblem("the image has no end");
    if (!areEqual(readBytes(this.#flash, this.#position, digestBytes), digest)) {
      throw new ImageProblem("the appended SHA-256 is not that of the image");
    }
    this.#position += digestBytes;
  }

  /** The next bytes, at most a portion; good until the next call. */
  #take(byteLength: number): Uint8Array {
    if (byteLength > this.#end - this.#position) {
      throw new ImageProblem("the image does not end within its partition");
    }
    const bytes = this.#portion.subarray(0, byteLength);
    this.#flash.read(bytes, this.#position);
    this.#digest.write(bytes);
    this.#position += byteLength;
    return bytes;
  }
}

/** Of all bytes; four at a time, because a simulated fleet's boots are mostly this. */
function exclusiveOr(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  let word = 0;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) word ^= view.getInt32(at, true);
  let result = (word ^ (word >>> 8) ^ (word >>> 16) ^ (word >>> 24)) & 0xff;
  for (; at < bytes.length; at += 1) result ^= bytes[at] ?? 0;
  return result;
}
