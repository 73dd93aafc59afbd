// Espressif's second-stage boot loader as a file: which chip it is for, and whether it is whole.
// The frame is an application image's (src/flash/app-image-header.ts). Its segments go to RAM and
// may be of any size, and each chip's ROM looks for it at its own address.

import type { OpenDigest } from "../../ports/digest.js";
import { chipById, isMapped } from "../../flash/app-image-chips.js";
import { AppImageError } from "../../flash/app-image-error.js";
import {
  appendedDigestBytes,
  appImageHeaderBytes,
  checkAppImageHeader,
  checksumRowBytes,
  checksumSeed,
  decodeAppImageHeader,
  segmentHeaderBytes,
  type AppImageHeader,
} from "../../flash/app-image-header.js";
import { decodeUtf8 } from "../../protocol/utf8.js";
import { readUint32 } from "../../flash/little-endian.js";

export interface BootLoaderImage {
  readonly header: AppImageHeader;
  /** Of the image, without what is behind it. */
  readonly byteLength: number;
  /** A segment is mapped from flash, as in applications: a boot loader's all go to RAM. */
  readonly isMapped: boolean;
  /** "v6.0.2"; absent in old ones. */
  readonly idfVersion?: string;
}

// esp_bootloader_desc_t: magic 80 at offset 32 of the image, IDF version at 12 of it.
const descriptorOffset = appImageHeaderBytes + segmentHeaderBytes;
const descriptorMagic = 0x50;
const descriptorBytes = 80;
const idfVersionOffset = 12;
const idfVersionBytes = 32;

/** Where a chip's ROM reads it: 0x1000 on the first chips, 0x2000 where a key stands before it. */
export function bootLoaderOffset(chipId: number): number {
  const name = chipById(chipId)?.name;
  if (name === "esp32" || name === "esp32s2") return 0x1000;
  return name === "esp32p4" || name === "esp32c5" ? 0x2000 : 0;
}

/** Whether an image of the frame is a boot loader with a descriptor, which new ones have. */
export function hasBootLoaderDescriptor(bytes: Uint8Array): boolean {
  return (
    bytes.length >= descriptorOffset + descriptorBytes &&
    bytes[descriptorOffset] === descriptorMagic &&
    /^v?\d+\.\d/.test(idfVersionOf(bytes))
  );
}

/** Checks the image that `bytes` begin with. Throws an AppImageError. */
export function readBootLoader(bytes: Uint8Array, openDigest: OpenDigest): BootLoaderImage {
  requireBytes(bytes, appImageHeaderBytes);
  const header = decodeAppImageHeader(bytes);
  checkAppImageHeader(header, undefined);
  let at = appImageHeaderBytes;
  let checksum = checksumSeed;
  let mapped = false;
  for (let segment = 0; segment < header.segmentCount; segment += 1) {
    requireBytes(bytes, at + segmentHeaderBytes);
    const start = at + segmentHeaderBytes;
    mapped ||= isMapped(chipById(header.chipId), readUint32(bytes, at));
    at = start + readUint32(bytes, at + 4);
    requireBytes(bytes, at);
    for (let i = start; i < at; i += 1) checksum ^= bytes[i] ?? 0;
  }
  const rowEnd = at + checksumRowBytes - (at % checksumRowBytes);
  const byteLength = rowEnd + (header.hashAppended ? appendedDigestBytes : 0);
  requireBytes(bytes, byteLength);
  if (bytes[rowEnd - 1] !== checksum) {
    throw new AppImageError("checksum", "the boot loader's checksum is not that of its bytes");
  }
  if (header.hashAppended) checkDigest(bytes, rowEnd, openDigest);
  const idfVersion = hasBootLoaderDescriptor(bytes) ? { idfVersion: idfVersionOf(bytes) } : {};
  return { header, byteLength, isMapped: mapped, ...idfVersion };
}

function checkDigest(bytes: Uint8Array, end: number, openDigest: OpenDigest): void {
  const digest = openDigest();
  digest.write(bytes.subarray(0, end));
  if (digest.close().some((byte, i) => byte !== bytes[end + i])) {
    throw new AppImageError("digest", "the boot loader's SHA-256 is not that of its bytes");
  }
}

function requireBytes(bytes: Uint8Array, byteLength: number): void {
  if (byteLength <= bytes.length) return;
  const got = `${bytes.length} are there`;
  throw new AppImageError(
    "byte-length",
    `the boot loader has at least ${byteLength} bytes, ${got}`,
  );
}

function idfVersionOf(bytes: Uint8Array): string {
  const start = descriptorOffset + idfVersionOffset;
  const field = bytes.subarray(start, start + idfVersionBytes);
  const end = field.indexOf(0);
  return decodeUtf8(end < 0 ? field : field.subarray(0, end));
}
