// Makes an application image: header, segments, checksum and appended SHA-256, in the frame drawn
// in app-image-header.ts. For tools and tests; it gathers the whole image.

import type { OpenDigest } from "../../ports/digest.js";
import { type AppDescriptor, encodeAppDescriptor } from "../../flash/app-descriptor.js";
import {
  appendedDigestBytes,
  type AppImageHeader,
  appImageHeaderBytes,
  checksumRowBytes,
  checksumSeed,
  encodeAppImageHeader,
  segmentHeaderBytes,
} from "../../flash/app-image-header.js";
import { AppImageStream } from "../../flash/app-image-stream.js";
import { writeUint32 } from "../../flash/little-endian.js";

export interface SegmentSource {
  readonly loadAddress: number;
  /** Zeros are added up to a multiple of 4 bytes. */
  readonly data: Uint8Array;
}

/** `segmentCount` follows from the segments; what is left out is as in `headerDefault`. */
export interface AppImageSource extends Partial<Omit<AppImageHeader, "segmentCount">> {
  readonly chipId: number;
  readonly entryAddress: number;
  readonly segments: readonly SegmentSource[];
  /** If given, it is put before the first segment's data. */
  readonly descriptor?: AppDescriptor;
  readonly openDigest: OpenDigest;
  /** Size of the whole image: a padding segment fills what is missing. */
  readonly paddedToBytes?: number;
}

/** DIO, 40 MHz, 4 MB, any revision, with the SHA-256. */
const headerDefault = Object.freeze({
  spiMode: 2,
  spiSpeed: 0,
  spiSize: 2,
  wpPin: 0xee,
  spiPinDrive: 0,
  minChipRevisionLegacy: 0,
  minChipRevision: 0,
  maxChipRevision: 0xffff,
  hashAppended: true,
});

/** Padding is not loaded: its address is one of those reserved for that. */
const paddingAddress = 0;

/**
 * The image. It is checked before it is returned: an AppImageError tells what is wrong with the
 * parts. Throws an Error if no padding makes `paddedToBytes`.
 */
export function writeAppImage(source: AppImageSource): Uint8Array {
  const header = { ...headerDefault, ...source };
  const segments = describeSegments(source);
  const footerBytes = header.hashAppended ? appendedDigestBytes : 0;
  if (source.paddedToBytes !== undefined) {
    const padding = paddingFor(source.paddedToBytes - footerBytes, unpaddedBytes(segments));
    if (padding !== undefined) segments.push(padding);
  }
  const checksumEnd = rowEnd(unpaddedBytes(segments));
  const image = new Uint8Array(checksumEnd + footerBytes);
  encodeAppImageHeader({ ...header, segmentCount: segments.length }, image);
  writeSegments(image, segments);
  if (header.hashAppended) {
    const digest = source.openDigest();
    digest.write(image.subarray(0, checksumEnd));
    image.set(digest.close(), checksumEnd);
  }
  const { openDigest } = source;
  new AppImageStream({ openDigest, byteLengthMax: image.length }).write(image);
  return image;
}

function describeSegments({ segments, descriptor }: AppImageSource): SegmentSource[] {
  if (descriptor === undefined) return [...segments];
  const [first, ...others] = segments;
  if (first === undefined) throw new Error("a descriptor needs a segment to stand in");
  const head = encodeAppDescriptor(descriptor);
  const data = new Uint8Array(head.length + first.data.length);
  data.set(head);
  data.set(first.data, head.length);
  return [{ loadAddress: first.loadAddress, data }, ...others];
}

function writeSegments(image: Uint8Array, segments: readonly SegmentSource[]): void {
  let byteOffset = appImageHeaderBytes;
  let checksum = checksumSeed;
  for (const { loadAddress, data } of segments) {
    writeUint32(image, byteOffset, loadAddress);
    writeUint32(image, byteOffset + 4, wordsEnd(data.length));
    image.set(data, byteOffset + segmentHeaderBytes);
    byteOffset += segmentHeaderBytes + wordsEnd(data.length);
    for (const byte of data) checksum ^= byte;
  }
  image[rowEnd(byteOffset) - 1] = checksum;
}

/**
 * A segment of zeros that moves the end of the checksum row to `checksumEnd`; undefined if it is
 * there already.
 */
function paddingFor(checksumEnd: number, byteLength: number): SegmentSource | undefined {
  const checksumEndMin = rowEnd(byteLength);
  if (checksumEnd === checksumEndMin) return undefined;
  if (checksumEnd % checksumRowBytes !== 0 || checksumEnd < checksumEndMin) {
    throw new Error(
      `the checksum row can end at ${checksumEndMin} or any multiple of ${checksumRowBytes} ` +
        `behind, not at ${checksumEnd}`,
    );
  }
  // The data must end in the last row, before the checksum: one word before the row's end.
  const dataBytes = checksumEnd - 4 - (byteLength + segmentHeaderBytes);
  return { loadAddress: paddingAddress, data: new Uint8Array(dataBytes) };
}

function unpaddedBytes(segments: readonly SegmentSource[]): number {
  let byteLength = appImageHeaderBytes;
  for (const { data } of segments) byteLength += segmentHeaderBytes + wordsEnd(data.length);
  return byteLength;
}

function wordsEnd(byteLength: number): number {
  return Math.ceil(byteLength / 4) * 4;
}

/** The checksum takes the last byte of a row, of a further row if the data fills the last one. */
function rowEnd(byteLength: number): number {
  return (Math.floor(byteLength / checksumRowBytes) + 1) * checksumRowBytes;
}
