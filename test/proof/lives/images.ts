// The firmware of the proof: images whose every byte tells a sector from every other, so that a
// slot that mixes two of them, or two places of one, is none of them.

import { createHash } from "node:crypto";
import { writeAppImage } from "../../../src/formats/app-image/app-image-writer.js";
import { seededBytes } from "../../../src/simulator/chip/seeded.js";
import { describeApp } from "../../support/app-descriptor.js";
import { openSha256 } from "../../../hosts/node/digest.js";

export interface Firmware {
  readonly version: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, hex. */
  readonly sha256: string;
}

/** Header, segment header, checksum row and appended digest of an image of one segment. */
const frameBytes = 24 + 8 + 16 + 32;
const descriptorBytes = 256;

/**
 * Makes an image of exactly `byteLength` bytes, a multiple of 16.
 * @param seed of its content: another seed makes other bytes of the same version
 */
export function makeFirmware(
  version: string,
  byteLength: number,
  seed = 1,
  project = "lamp-sim",
): Firmware {
  const dataBytes = byteLength - frameBytes - descriptorBytes;
  const data = seededBytes(seed * 7919 + byteLength, dataBytes);
  const bytes = writeAppImage({
    chipId: 0,
    entryAddress: 0x40080000,
    segments: [{ loadAddress: 0x3ffb0000, data }],
    descriptor: describeApp(project, version),
    openDigest: openSha256,
  });
  if (bytes.length !== byteLength) throw new Error(`${bytes.length} bytes, not ${byteLength}`);
  return { version, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
