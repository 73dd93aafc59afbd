// The frame of an ESP32 application image, and its 24-byte header:
//
//   [header 24] [segment header 8, data]... [0..15 zeros, checksum 1] [SHA-256 32, optional]
//
//   0 E9   1 segments   2 SPI mode   3 SPI speed | size << 4   4 entry address   8 WP pin
//   9 SPI pin drive (3)   12 chip id (2)   14 min revision, legacy   15 min, 17 max revision (2, 2)
//   19 reserved (4)   23 SHA-256 appended
//
// The checksum byte ends a 16-byte row; it is EF XOR every byte of every segment's data. Checks
// here are those of ESP-IDF's verify_image_header, in its order.

import type { ChipIdentity } from "./app-image-chips.js";
import { AppImageError, type AppImageErrorKind } from "./app-image-error.js";
import { readUint16, readUint32, writeUint16, writeUint32 } from "./little-endian.js";

export const appImageHeaderBytes = 24;
export const segmentHeaderBytes = 8;
const segmentsMax = 16;
/** A segment is smaller than this, and so is the partition it lies in, or equal. */
export const segmentBytesLimit = 0x1000000;
export const checksumSeed = 0xef;
export const checksumRowBytes = 16;
export const appendedDigestBytes = 32;

const magic = 0xe9;

export interface AppImageHeader {
  readonly segmentCount: number;
  readonly spiMode: number;
  /** 0: /2, 1: /3, 2: /4, 15: /1 of 80 MHz. */
  readonly spiSpeed: number;
  /** Log2 of the flash size in MiB. */
  readonly spiSize: number;
  readonly entryAddress: number;
  /** 0xEE: none. */
  readonly wpPin: number;
  /** Drive strengths of the SPI pins, three bytes as a little-endian number. */
  readonly spiPinDrive: number;
  readonly chipId: number;
  readonly minChipRevisionLegacy: number;
  /** Chip revisions, major * 100 + minor. As maximum, 0 and 65535 set no limit. */
  readonly minChipRevision: number;
  readonly maxChipRevision: number;
  readonly hashAppended: boolean;
}

/** Decodes 24 bytes. Throws an AppImageError of kind `magic` if they begin no image. */
export function decodeAppImageHeader(bytes: Uint8Array): AppImageHeader {
  if (bytes[0] !== magic) {
    throw new AppImageError("magic", `an image begins with e9, this with ${hex(bytes[0] ?? 0)}`);
  }
  const speedAndSize = bytes[3] ?? 0;
  return {
    segmentCount: bytes[1] ?? 0,
    spiMode: bytes[2] ?? 0,
    spiSpeed: speedAndSize & 15,
    spiSize: speedAndSize >> 4,
    entryAddress: readUint32(bytes, 4),
    wpPin: bytes[8] ?? 0,
    spiPinDrive: readUint16(bytes, 9) | ((bytes[11] ?? 0) << 16),
    chipId: readUint16(bytes, 12),
    minChipRevisionLegacy: bytes[14] ?? 0,
    minChipRevision: readUint16(bytes, 15),
    maxChipRevision: readUint16(bytes, 17),
    // ESP-IDF takes any value but 0 for yes.
    hashAppended: bytes[23] !== 0,
  };
}

export function encodeAppImageHeader(header: AppImageHeader, bytes: Uint8Array): void {
  bytes[0] = magic;
  bytes[1] = header.segmentCount;
  bytes[2] = header.spiMode;
  bytes[3] = header.spiSpeed | (header.spiSize << 4);
  writeUint32(bytes, 4, header.entryAddress);
  bytes[8] = header.wpPin;
  writeUint16(bytes, 9, header.spiPinDrive);
  bytes[11] = header.spiPinDrive >>> 16;
  writeUint16(bytes, 12, header.chipId);
  bytes[14] = header.minChipRevisionLegacy;
  writeUint16(bytes, 15, header.minChipRevision);
  writeUint16(bytes, 17, header.maxChipRevision);
  writeUint32(bytes, 19, 0);
  bytes[23] = header.hashAppended ? 1 : 0;
}

/** Throws an AppImageError if the header alone says that this chip will not start the image. */
export function checkAppImageHeader(header: AppImageHeader, chip: ChipIdentity | undefined): void {
  if (chip !== undefined) checkChip(header, chip);
  if (header.segmentCount > segmentsMax) {
    throw new AppImageError(
      "segment-count",
      `at most ${segmentsMax} segments expected, got ${header.segmentCount}`,
    );
  }
}

/**
 * Throws an AppImageError if the image needs another eFuse layout. The limits are the descriptor's
 * bytes 176 to 179, read whether or not there is a descriptor: so does ESP-IDF. The first ESP32
 * has no such revision.
 */
export function checkEfuseBlockRevision(min: number, max: number, chip: ChipIdentity): void {
  const revision = chip.efuseBlockRevision;
  if (revision === undefined || chip.chipId === 0) return;
  checkRevision("efuse-block-revision", "eFuse block revision", revision, min, max);
}

function checkChip(header: AppImageHeader, chip: ChipIdentity): void {
  if (header.chipId !== chip.chipId) {
    throw new AppImageError(
      "chip-id",
      `an image for chip id ${chip.chipId} expected, this is for ${header.chipId}`,
    );
  }
  if (chip.revision !== undefined) {
    const { minChipRevision, maxChipRevision } = header;
    checkRevision(
      "chip-revision",
      "chip revision",
      chip.revision,
      minChipRevision,
      maxChipRevision,
    );
  }
}

function checkRevision(
  kind: AppImageErrorKind,
  what: string,
  revision: number,
  min: number,
  max: number,
): void {
  const tooOld = revision < min;
  const tooNew = max !== 0 && max !== 0xffff && revision > max;
  if (tooOld || tooNew) {
    const bound = tooOld ? `at least ${formatRevision(min)}` : `at most ${formatRevision(max)}`;
    throw new AppImageError(
      kind,
      `the image needs ${what} ${bound}, this chip has ${formatRevision(revision)}`,
    );
  }
}

function formatRevision(revision: number): string {
  return `v${Math.floor(revision / 100)}.${revision % 100}`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
