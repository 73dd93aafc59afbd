// A whole application image, checked as ESP-IDF's esp_image_verify does (app build, no signature),
// from bytes that are pushed in order and in any portions. Nothing is gathered but the piece at
// hand: a header, the descriptor, the checksum row or the digest. What follows the image's end is
// ignored; it is not part of it.
//
// Order of the checks: header, then per segment its header and (first segment) the descriptor's
// eFuse limits, then checksum, length, appended SHA-256. Bytes and frame: app-image-header.ts.

import type { Digest, OpenDigest } from "../ports/digest.js";
import { type AppDescriptor, appDescriptorBytes, decodeAppDescriptor } from "./app-descriptor.js";
import {
  type Chip,
  chipById,
  type ChipIdentity,
  isMapped,
  mmuPageBits,
  mmuPageBitsMin,
} from "./app-image-chips.js";
import { AppImageError } from "./app-image-error.js";
import {
  appendedDigestBytes,
  type AppImageHeader,
  appImageHeaderBytes,
  checkAppImageHeader,
  checkEfuseBlockRevision,
  checksumRowBytes,
  checksumSeed,
  decodeAppImageHeader,
  segmentBytesLimit,
  segmentHeaderBytes,
} from "./app-image-header.js";
import { readUint16, readUint32 } from "./little-endian.js";

const minEfuseBlockRevisionOffset = 176;
const maxEfuseBlockRevisionOffset = 178;

export interface AppImageSegment {
  /** Below 0x10000000: not loaded (0: padding). */
  readonly loadAddress: number;
  /** Of the data, within the image. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface AppImageSummary {
  readonly header: AppImageHeader;
  readonly descriptor: AppDescriptor | undefined;
  readonly segments: readonly AppImageSegment[];
  /** Of the image, the appended SHA-256 included. */
  readonly byteLength: number;
  /** The appended SHA-256, found right; undefined if none is appended. */
  readonly sha256: Uint8Array | undefined;
}

export interface AppImageStreamOptions {
  /** Who is to run the image; if absent, an image for any chip will do. */
  readonly chip?: ChipIdentity;
  readonly openDigest: OpenDigest;
  /** The image must end here or before: size of its partition, or of the file. */
  readonly byteLengthMax: number;
}

/** What the next bytes are part of. All but `data` is gathered in `#piece`. */
type State =
  "header" | "segment-header" | "descriptor" | "data" | "checksum-row" | "digest" | "end";

export class AppImageStream {
  readonly #chip: ChipIdentity | undefined;
  readonly #openDigest: OpenDigest;
  readonly #byteLengthMax: number;
  readonly #piece = new Uint8Array(appDescriptorBytes);
  readonly #segments: AppImageSegment[] = [];
  #state: State = "header";
  /** Bytes of the piece at hand, or of the segment's data, still to come. */
  #missing = 0;
  #gathered = 0;
  #byteOffset = 0;
  #checksum = checksumSeed;
  #header: AppImageHeader | undefined;
  #descriptor: AppDescriptor | undefined;
  #mapping: Chip | undefined;
  #pageBytes = 1 << mmuPageBits;
  #digest: Digest | undefined;
  #sha256: Uint8Array | undefined;
  #summary: AppImageSummary | undefined;

  /** Throws an AppImageError if `byteLengthMax` is too small for any image. */
  constructor(options: AppImageStreamOptions) {
    this.#chip = options.chip;
    this.#openDigest = options.openDigest;
    this.#byteLengthMax = options.byteLengthMax;
    this.#begin("header", appImageHeaderBytes);
  }

  /**
   * The image, once all of it has been seen and found good. After `byteLengthMax` bytes it is set,
   * or `write` has thrown.
   */
  get summary(): AppImageSummary | undefined {
    return this.#summary;
  }

  /** Takes the next bytes. Throws an AppImageError as soon as they show that the image is bad. */
  write(bytes: Uint8Array): void {
    let position = 0;
    while (position < bytes.length && this.#state !== "end") {
      const end = Math.min(position + this.#missing, bytes.length);
      this.#take(position === 0 && end === bytes.length ? bytes : bytes.subarray(position, end));
      if (this.#missing === 0) this.#finish();
      position = end;
    }
  }

  #take(portion: Uint8Array): void {
    const state = this.#state;
    if (state !== "data") this.#piece.set(portion, this.#gathered);
    if (state === "data" || state === "descriptor") this.#checksum ^= foldBytes(portion);
    if (state !== "header" && state !== "digest") this.#digest?.write(portion);
    this.#gathered += portion.length;
    this.#missing -= portion.length;
    this.#byteOffset += portion.length;
  }

  #begin(state: State, byteLength: number): void {
    const byteLengthMin = this.#byteOffset + byteLength;
    if (byteLengthMin > this.#byteLengthMax) {
      throw new AppImageError(
        "byte-length",
        `the image has at least ${byteLengthMin} bytes, ${this.#byteLengthMax} fit or are there`,
      );
    }
    this.#state = state;
    this.#missing = byteLength;
    this.#gathered = 0;
    // Only data can be empty.
    if (byteLength === 0) this.#finish();
  }

  #finish(): void {
    switch (this.#state) {
      case "header":
        return this.#finishHeader();
      case "segment-header":
        return this.#finishSegmentHeader();
      case "descriptor":
        return this.#finishDescriptor();
      case "data":
        return this.#beginSegment();
      case "checksum-row":
        return this.#finishChecksumRow();
      case "digest":
        return this.#finishDigest();
      case "end":
        return;
    }
  }

  #finishHeader(): void {
    const header = decodeAppImageHeader(this.#piece);
    checkAppImageHeader(header, this.#chip);
    this.#header = header;
    this.#mapping = chipById(header.chipId);
    if (header.hashAppended) {
      this.#digest = this.#openDigest();
      this.#digest.write(this.#piece.subarray(0, appImageHeaderBytes));
    }
    this.#beginSegment();
  }

  #beginSegment(): void {
    if (this.#segments.length < (this.#header?.segmentCount ?? 0)) {
      this.#begin("segment-header", segmentHeaderBytes);
    } else {
      this.#begin("checksum-row", checksumRowBytes - (this.#byteOffset % checksumRowBytes));
    }
  }

  #finishSegmentHeader(): void {
    const segment: AppImageSegment = {
      loadAddress: readUint32(this.#piece, 0),
      byteOffset: this.#byteOffset,
      byteLength: readUint32(this.#piece, 4),
    };
    const index = this.#segments.push(segment) - 1;
    const byteLengthMin = index === 0 ? appDescriptorBytes : 0;
    const { byteLength } = segment;
    if (byteLength % 4 !== 0 || byteLength >= segmentBytesLimit || byteLength < byteLengthMin) {
      throw new AppImageError(
        "segment-length",
        `segment ${index} has ${byteLength} bytes; a multiple of 4 expected, ` +
          `from ${byteLengthMin} to below ${segmentBytesLimit}`,
      );
    }
    if (index === 0) {
      this.#begin("descriptor", appDescriptorBytes);
    } else {
      this.#checkAddress(segment, index);
      this.#begin("data", byteLength);
    }
  }

  /** The first segment's address can be judged only now: the descriptor may give the page size. */
  #finishDescriptor(): void {
    this.#descriptor = decodeAppDescriptor(this.#piece, 0);
    if (this.#mapping?.pageInDescriptor === true) {
      if (this.#descriptor === undefined) {
        throw new AppImageError("descriptor", "the image has no application descriptor");
      }
      const bits = this.#descriptor.mmuPageBits;
      if (bits >= mmuPageBitsMin && bits <= mmuPageBits) this.#pageBytes = 1 << bits;
    }
    const segment = this.#segments[0];
    if (segment === undefined) throw new Error("a descriptor outside of a segment");
    this.#checkAddress(segment, 0);
    if (this.#chip !== undefined) {
      const min = readUint16(this.#piece, minEfuseBlockRevisionOffset);
      const max = readUint16(this.#piece, maxEfuseBlockRevisionOffset);
      checkEfuseBlockRevision(min, max, this.#chip);
    }
    this.#begin("data", segment.byteLength - appDescriptorBytes);
  }

  /** App partitions begin on a page, so the offset in the image serves for that in flash. */
  #checkAddress({ loadAddress, byteOffset }: AppImageSegment, index: number): void {
    if (!isMapped(this.#mapping, loadAddress)) return;
    if (loadAddress % this.#pageBytes === byteOffset % this.#pageBytes) return;
    throw new AppImageError(
      "segment-address",
      `segment ${index} at 0x${loadAddress.toString(16)} is mapped from flash, but its data is at ` +
        `0x${byteOffset.toString(16)} of the image: they differ modulo ${this.#pageBytes}`,
    );
  }

  #finishChecksumRow(): void {
    const found = this.#piece[this.#gathered - 1] ?? 0;
    const calculated = foldWord(this.#checksum);
    if (found !== calculated) {
      throw new AppImageError("checksum", `checksum ${calculated} calculated, ${found} found`);
    }
    if (this.#digest === undefined) this.#end();
    else this.#begin("digest", appendedDigestBytes);
  }

  #finishDigest(): void {
    const calculated = this.#digest?.close();
    this.#digest = undefined;
    if (calculated === undefined || calculated.some((byte, i) => byte !== this.#piece[i])) {
      throw new AppImageError("digest", "the appended SHA-256 is not that of the image");
    }
    this.#sha256 = calculated;
    this.#end();
  }

  #end(): void {
    if (this.#header === undefined) throw new Error("an end before the header");
    this.#state = "end";
    this.#summary = {
      header: this.#header,
      descriptor: this.#descriptor,
      segments: this.#segments,
      byteLength: this.#byteOffset,
      sha256: this.#sha256,
    };
  }
}

/** XOR of all bytes, spread over the four bytes of a word: `foldWord` makes it one byte. */
function foldBytes(bytes: Uint8Array): number {
  let folded = 0;
  let i = 0;
  // Nearly always words: all of an image is laid out in words, and so is a caller's buffer.
  if (bytes.byteOffset % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    for (let w = 0; w < words.length; w++) folded ^= words[w] ?? 0;
    i = words.length * 4;
  }
  for (; i < bytes.length; i++) folded ^= bytes[i] ?? 0;
  return folded;
}

function foldWord(word: number): number {
  return (word ^ (word >>> 8) ^ (word >>> 16) ^ (word >>> 24)) & 0xff;
}
