// The golden application images and what is known of each, for the tests of app-image-*.ts.

import { type ChipIdentity, chips } from "../../src/flash/app-image-chips.js";
import { AppImageError } from "../../src/flash/app-image-error.js";
import { loadFile, loadIndex } from "../support/vectors.js";

interface IndexedImage {
  readonly file: string;
  readonly chip: string;
  readonly change?: string;
  readonly idf: {
    readonly result: string;
    readonly image_len: number;
    readonly app_desc: string;
    readonly version: string | null;
    readonly log: string;
  };
}

export interface ImageCase extends IndexedImage {
  readonly bytes: Buffer;
  readonly identity: ChipIdentity;
}

/** What the verdicts were made for: see the README of the vectors. */
const slotBytes = 0x1e0000;
const revisions: Readonly<Record<string, number>> = { esp32: 300, esp32c3: 4 };
const efuseBlockRevision = 103;

const index = loadIndex<{
  readonly good: readonly IndexedImage[];
  readonly damaged: readonly IndexedImage[];
}>("app-image", "verdicts.json");

export const goodImages = index.good.map((image) => imageCase(image, "app-image"));
export const damagedImages = index.damaged.map((image) => imageCase(image, "app-image", "damaged"));

/** An image as it lies in a slot that was erased before. */
export function inSlot(image: Uint8Array, size = slotBytes): Uint8Array {
  const slot = new Uint8Array(size).fill(0xff);
  slot.set(image);
  return slot;
}

/** The value, or the error of the layer. Any other error is a bug and passes through. */
export function attempt<T>(run: () => T): T | AppImageError {
  try {
    return run();
  } catch (error) {
    if (error instanceof AppImageError) return error;
    throw error;
  }
}

function imageCase(image: IndexedImage, ...folder: string[]): ImageCase {
  const chip = chips.find(({ name }) => name === image.chip);
  const revision = revisions[image.chip];
  if (chip === undefined || revision === undefined) throw new Error(`chip ${image.chip}?`);
  const identity = { chipId: chip.chipId, revision, efuseBlockRevision };
  return { ...image, identity, bytes: loadFile(...folder, image.file) };
}
