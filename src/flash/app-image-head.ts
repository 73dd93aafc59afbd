// Early refusal: what the first 288 bytes of an image say, fed as they arrive. Header 24, first
// segment header 8, application descriptor 256. Nothing behind them is looked at: the whole image
// is checked by app-image-stream.ts.

import type { FlashPartition } from "../ports/flash.js";
import { type AppDescriptor, decodeAppDescriptor } from "./app-descriptor.js";
import type { ChipIdentity } from "./app-image-chips.js";
import { AppImageError } from "./app-image-error.js";
import {
  type AppImageHeader,
  appImageHeaderBytes,
  checkAppImageHeader,
  checkEfuseBlockRevision,
  decodeAppImageHeader,
  segmentHeaderBytes,
} from "./app-image-header.js";

/** Header 24, segment header 8, app descriptor 256. */
export const imageHeadBytes = 288;

export interface AppImageHead {
  readonly header: AppImageHeader;
  readonly descriptor: AppDescriptor;
}

export class AppImageHeadReader {
  readonly #bytes = new Uint8Array(imageHeadBytes);
  readonly #chip: ChipIdentity | undefined;
  #byteLength = 0;
  #head: AppImageHead | undefined;

  /** `chip`: who is to run the image; if absent, an image for any chip will do. */
  constructor(chip?: ChipIdentity) {
    this.#chip = chip;
  }

  /** The bytes of the head, once all of it has arrived. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** What the head says, once all of it has arrived. */
  get head(): AppImageHead | undefined {
    return this.#head;
  }

  /**
   * Takes the next bytes of the image and returns how many of them belong to the head. Throws an
   * AppImageError when the head is complete and bad.
   */
  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, imageHeadBytes - this.#byteLength);
    if (taken === 0) return 0;
    this.#bytes.set(taken === bytes.length ? bytes : bytes.subarray(0, taken), this.#byteLength);
    this.#byteLength += taken;
    if (this.#byteLength === imageHeadBytes) this.#head = decodeHead(this.#bytes, this.#chip);
    return taken;
  }
}

/** The head of the image in a slot: what runs there, or what was left there. */
export function readAppImageHead(partition: FlashPartition, chip?: ChipIdentity): AppImageHead {
  const bytes = new Uint8Array(imageHeadBytes);
  partition.read(bytes, 0);
  return decodeHead(bytes, chip);
}

function decodeHead(bytes: Uint8Array, chip: ChipIdentity | undefined): AppImageHead {
  const header = decodeAppImageHeader(bytes);
  checkAppImageHeader(header, chip);
  const descriptor =
    header.segmentCount === 0
      ? undefined
      : decodeAppDescriptor(bytes, appImageHeaderBytes + segmentHeaderBytes);
  if (descriptor === undefined) {
    throw new AppImageError("descriptor", "the image has no application descriptor");
  }
  if (chip !== undefined) {
    const { minEfuseBlockRevision, maxEfuseBlockRevision } = descriptor;
    checkEfuseBlockRevision(minEfuseBlockRevision, maxEfuseBlockRevision, chip);
  }
  return { header, descriptor };
}
