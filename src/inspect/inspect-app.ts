// Explains images of Espressif's frame: applications and boot loaders. A damaged one still tells
// what its head says.

import type { OpenDigest } from "../ports/digest.js";
import { imageHeadBytes } from "../flash/app-image-head.js";
import { toHex } from "../protocol/hex.js";
import { decodeAppDescriptor, type AppDescriptor } from "../flash/app-descriptor.js";
import { AppImageError } from "../flash/app-image-error.js";
import {
  appImageHeaderBytes,
  decodeAppImageHeader,
  segmentHeaderBytes,
  type AppImageHeader,
} from "../flash/app-image-header.js";
import { AppImageStream } from "../flash/app-image-stream.js";
import { readBootLoader } from "../formats/app-image/boot-loader-image.js";
import { chipName } from "../formats/app-image/chip-name.js";
import type { AppFound, BootLoaderFound } from "./inspection.js";

const imageMagic = 0xe9;
const simulatedSuffix = "-sim";
/** How `chipName` calls a chip that is not known. */
const unknownChip = "chip ";

/** Whether an image of Espressif's frame begins here. */
export function beginsImage(bytes: Uint8Array): boolean {
  return bytes[0] === imageMagic;
}

/**
 * Explains the application image that `bytes` begins with. What is behind its end does not matter.
 * @param chipId of the chip that is to run it; absent: any
 */
export function inspectApp(bytes: Uint8Array, openDigest: OpenDigest, chipId?: number): AppFound {
  const head = headOf(bytes);
  try {
    const stream = new AppImageStream({
      ...(chipId !== undefined && { chip: { chipId } }),
      openDigest,
      byteLengthMax: bytes.length,
    });
    stream.write(bytes);
    const image = stream.summary;
    if (image === undefined) throw new Error("an image neither good nor damaged");
    const digest = openDigest();
    digest.write(bytes.subarray(0, image.byteLength));
    return {
      verdict: "good",
      ...head,
      bytes: image.byteLength,
      ...(image.sha256 !== undefined && { appendedSha256: toHex(image.sha256) }),
      sha256: toHex(digest.close()),
    };
  } catch (error) {
    if (!(error instanceof AppImageError)) throw error;
    // Their header has 8 bytes, and a segment begins where an ESP32's says which chip it is for.
    const isForeign = head.chip?.startsWith(unknownChip) === true && head.project === undefined;
    const foreign = "it is not an image of an ESP32, perhaps of an ESP8266";
    return { verdict: "damaged", problem: isForeign ? foreign : error.message, ...head };
  }
}

/** Explains the boot loader that `bytes` begins with. */
export function inspectBootLoader(bytes: Uint8Array, openDigest: OpenDigest): BootLoaderFound {
  const header = headerOf(bytes);
  const chip = header === undefined ? {} : { chip: chipName(header.chipId) };
  try {
    const { byteLength, idfVersion } = readBootLoader(bytes, openDigest);
    const idf = idfVersion === undefined ? {} : { idfVersion };
    return { verdict: "good", ...chip, ...idf, bytes: byteLength };
  } catch (error) {
    if (!(error instanceof AppImageError)) throw error;
    return { verdict: "damaged", problem: error.message, ...chip };
  }
}

/** The header, whatever follows. */
export function headerOf(bytes: Uint8Array): AppImageHeader | undefined {
  const hasHeader = beginsImage(bytes) && bytes.length >= appImageHeaderBytes;
  return hasHeader ? decodeAppImageHeader(bytes) : undefined;
}

/** The descriptor, whatever follows. */
export function descriptorOf(bytes: Uint8Array): AppDescriptor | undefined {
  if (!beginsImage(bytes) || bytes.length < imageHeadBytes) return undefined;
  return decodeAppDescriptor(bytes, appImageHeaderBytes + segmentHeaderBytes);
}

function headOf(bytes: Uint8Array): Omit<AppFound, "verdict"> {
  const header = headerOf(bytes);
  if (header === undefined) return {};
  const known = { chip: chipName(header.chipId), segments: header.segmentCount };
  const descriptor = descriptorOf(bytes);
  if (descriptor === undefined) return known;
  const { projectName, version, secureVersion, idfVersion, date, time } = descriptor;
  const built = `${date} ${time}`.trim();
  return {
    ...known,
    simulated: projectName.endsWith(simulatedSuffix),
    project: projectName,
    version,
    secureVersion,
    idfVersion,
    ...(built !== "" && { built }),
  };
}
