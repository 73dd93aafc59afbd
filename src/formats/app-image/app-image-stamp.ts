// Gives a finished application image another name or version: rewrites the descriptor's texts, the
// checksum and the appended SHA-256, and nothing else. For tools.
//
// Moddable's build calls every product "xs_esp32", in a file of the SDK's that no manifest reaches. A
// device refuses the images of other projects, so two products of a vendor should not share a name.

import type { OpenDigest } from "../../ports/digest.js";
import {
  appDescriptorBytes,
  encodeAppDescriptor,
  type AppDescriptor,
} from "../../flash/app-descriptor.js";
import { AppImageError } from "../../flash/app-image-error.js";
import {
  appendedDigestBytes,
  appImageHeaderBytes,
  segmentHeaderBytes,
} from "../../flash/app-image-header.js";
import { AppImageStream } from "../../flash/app-image-stream.js";

export type AppImageStamp = Partial<Pick<AppDescriptor, "projectName" | "version">>;

const descriptorOffset = appImageHeaderBytes + segmentHeaderBytes;

/**
 * A copy of `image` with the texts of `stamp`. Throws an AppImageError if the image is bad or has no
 * descriptor, an Error if a text does not fit, or if there is more in the file than the image (a
 * signature, which would no longer hold).
 */
export function stampAppImage(
  image: Uint8Array,
  stamp: AppImageStamp,
  openDigest: OpenDigest,
): Uint8Array {
  const { descriptor, byteLength, sha256 } = readWhole(image, openDigest);
  if (descriptor === undefined) {
    throw new AppImageError("descriptor", "the image has no application descriptor");
  }
  if (byteLength !== image.length) {
    const rest = image.length - byteLength;
    throw new Error(`${rest} bytes stand behind the image: stamp an image before it is signed`);
  }
  const stamped = image.slice();
  const checksumEnd = byteLength - (sha256 === undefined ? 0 : appendedDigestBytes);
  const texts = encodeAppDescriptor({ ...descriptor, ...stamp });
  let checksum = stamped[checksumEnd - 1] ?? 0;
  for (let index = 0; index < appDescriptorBytes; index += 1) {
    // Of the rest of the descriptor every byte stays, reserved ones, too.
    if (!isText(index)) continue;
    const byte = texts[index] ?? 0;
    checksum ^= (stamped[descriptorOffset + index] ?? 0) ^ byte;
    stamped[descriptorOffset + index] = byte;
  }
  stamped[checksumEnd - 1] = checksum;
  if (sha256 !== undefined) {
    const digest = openDigest();
    digest.write(stamped.subarray(0, checksumEnd));
    stamped.set(digest.close(), checksumEnd);
  }
  readWhole(stamped, openDigest);
  return stamped;
}

/** Version at 16, project name at 48, 32 bytes each (app-descriptor.ts). */
function isText(index: number): boolean {
  return index >= 16 && index < 80;
}

function readWhole(image: Uint8Array, openDigest: OpenDigest) {
  const stream = new AppImageStream({ openDigest, byteLengthMax: image.length });
  stream.write(image);
  if (stream.summary === undefined)
    throw new AppImageError("byte-length", "the image is cut short");
  return stream.summary;
}
