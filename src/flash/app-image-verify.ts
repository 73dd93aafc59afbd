// The image in a slot, checked from flash one slice at a time, so that a device can do other
// things in between. This file reads; app-image-stream.ts checks.

import type { Digest, OpenDigest } from "../ports/digest.js";
import type { FlashPartition } from "../ports/flash.js";
import type { ChipIdentity } from "./app-image-chips.js";
import { AppImageError } from "./app-image-error.js";
import { segmentBytesLimit } from "./app-image-header.js";
import { AppImageStream, type AppImageSummary } from "./app-image-stream.js";

export interface SlotVerifierOptions {
  /** Who is to run the image; if absent, an image for any chip will do. */
  readonly chip?: ChipIdentity;
  readonly openDigest: OpenDigest;
  /** One slice is read into this; a multiple of 4 bytes at a multiple of 4 is quickest. */
  readonly scratch: Uint8Array;
  /**
   * Bytes that were written to the slot, counted from its start. The image must lie within them;
   * their SHA-256, of all of them, is made in the same pass.
   */
  readonly contentBytes?: number;
}

export interface SlotVerdict {
  readonly image: AppImageSummary;
  /** SHA-256 of the content, if `contentBytes` was given. */
  readonly contentSha256: Uint8Array | undefined;
}

export class SlotVerifier {
  readonly #partition: FlashPartition;
  readonly #scratch: Uint8Array;
  readonly #stream: AppImageStream;
  readonly #byteLengthMax: number;
  readonly #contentDigest: Digest | undefined;
  #byteOffset = 0;
  #verdict: SlotVerdict | undefined;

  /** Throws an AppImageError if the slot, or the content, is too small or too large. */
  constructor(partition: FlashPartition, options: SlotVerifierOptions) {
    const { chip, openDigest, scratch, contentBytes } = options;
    const { size } = partition.status();
    if (size > segmentBytesLimit || (contentBytes ?? 0) > size) {
      throw new AppImageError(
        "byte-length",
        `a slot of at most ${segmentBytesLimit} bytes with at least ${contentBytes ?? 0} bytes ` +
          `expected, got one of ${size}`,
      );
    }
    this.#partition = partition;
    this.#scratch = scratch;
    this.#byteLengthMax = contentBytes ?? size;
    this.#stream = new AppImageStream({
      ...(chip !== undefined && { chip }),
      openDigest,
      byteLengthMax: this.#byteLengthMax,
    });
    this.#contentDigest = contentBytes === undefined ? undefined : openDigest();
  }

  /**
   * Reads and checks the next slice, at most `bytesMax` bytes of it. Returns undefined if there is
   * more to do, and then the same verdict at each call. Throws an AppImageError if the image is
   * bad.
   */
  step(bytesMax = this.#scratch.length): SlotVerdict | undefined {
    if (this.#verdict !== undefined) return this.#verdict;
    const left = this.#byteLengthMax - this.#byteOffset;
    const byteLength = Math.min(bytesMax, this.#scratch.length, left);
    const slice = this.#scratch.subarray(0, byteLength);
    this.#partition.read(slice, this.#byteOffset);
    this.#byteOffset += byteLength;
    this.#contentDigest?.write(slice);
    this.#stream.write(slice);
    const image = this.#stream.summary;
    const contentRead =
      this.#contentDigest === undefined || this.#byteOffset === this.#byteLengthMax;
    if (image !== undefined && contentRead) {
      this.#verdict = { image, contentSha256: this.#contentDigest?.close() };
    }
    return this.#verdict;
  }
}
