// Tells what a file is by what is in it, and explains it. Never throws, whatever the bytes are.

import type { OpenDigest } from "../ports/digest.js";
import { decodeUtf8 } from "../protocol/utf8.js";
import { AppImageError } from "../flash/app-image-error.js";
import { partitionTableOffset } from "../formats/partition-table/partition-table.js";
import { otaEntryBytes } from "../flash/otadata.js";
import { hasBootLoaderDescriptor, readBootLoader } from "../formats/app-image/boot-loader-image.js";
import { isBinaryTable } from "../formats/partition-table/partition-roles.js";
import { isWearLevelled } from "./foreign-file.js";
import { beginsImage, descriptorOf, inspectApp, inspectBootLoader } from "./inspect-app.js";
import { inspectFlash, type FlashInspectOptions } from "./inspect-flash.js";
import { inspectNvs, looksLikeNvs } from "./inspect-nvs.js";
import { inspectOtadata, otadataBytes } from "./inspect-otadata.js";
import { inspectCsv, inspectTable } from "./inspect-table.js";
import type { Inspection } from "./inspection.js";

export type InspectOptions = FlashInspectOptions;

/** Of a file that is otadata alone: as in a table of two slots and no factory partition. */
const slotsDefault = { slotCount: 2, factory: false };
const csvBytesMax = 65_536;

/** Explains `bytes`; undefined if they are nothing that belongs into a flash. */
export function inspect(bytes: Uint8Array, options: InspectOptions): Inspection | undefined {
  const found = { bytes: bytes.length };
  if (bytes.length === 0) return undefined;
  if (bytes.every((byte) => byte === 0xff)) return { kind: "blank", ...found };
  const tableOffset = tableOffsetOf(bytes);
  if (tableOffset !== undefined) {
    return { kind: "flash", ...found, flash: inspectFlash(bytes, options, tableOffset) };
  }
  if (isBinaryTable(bytes)) {
    return { kind: "partition-table", ...found, table: inspectTable(bytes).found };
  }
  if (beginsImage(bytes)) return inspectImage(bytes, options);
  if (isWearLevelled(bytes)) return undefined;
  if (looksLikeNvs(bytes)) return { kind: "nvs", ...found, nvs: inspectNvs(bytes, options) };
  if (looksLikeOtadata(bytes)) {
    return { kind: "otadata", ...found, otadata: inspectOtadata(bytes, slotsDefault) };
  }
  if (bytes.length > csvBytesMax || bytes.some(isControl)) return undefined;
  const table = inspectCsv(decodeUtf8(bytes));
  return table === undefined
    ? undefined
    : { kind: "partition-table", ...found, table: table.found };
}

/** What no line of a text has: a CSV is never taken out of compressed bytes. */
function isControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
}

/** Places that ESP-IDF's settings allow for the table: the usual one first. */
const tableOffsets = [
  partitionTableOffset,
  ...Array.from({ length: 0x20 }, (_, index) => (index + 1) * 0x1000),
];

/**
 * Where a flash has its partition table. At its usual place it may be damaged, where an application
 * has anything; elsewhere it must be whole. Undefined: this is no flash.
 */
function tableOffsetOf(bytes: Uint8Array): number | undefined {
  if (descriptorOf(bytes) !== undefined) return undefined;
  return tableOffsets.find((offset) => {
    const table = bytes.subarray(offset);
    if (!isBinaryTable(table)) return false;
    return offset === partitionTableOffset || inspectTable(table).found.verdict === "good";
  });
}

function inspectImage(bytes: Uint8Array, { openDigest }: InspectOptions): Inspection {
  const found = { bytes: bytes.length };
  return isBootLoader(bytes, openDigest)
    ? { kind: "boot-loader", ...found, bootLoader: inspectBootLoader(bytes, openDigest) }
    : { kind: "app", ...found, app: inspectApp(bytes, openDigest) };
}

/** New boot loaders have a descriptor of their own; old ones are whole, and go to RAM. */
function isBootLoader(bytes: Uint8Array, openDigest: OpenDigest): boolean {
  if (descriptorOf(bytes) !== undefined) return false;
  if (hasBootLoaderDescriptor(bytes)) return true;
  try {
    return !readBootLoader(bytes, openDigest).isMapped;
  } catch (error) {
    if (error instanceof AppImageError) return false;
    throw error;
  }
}

/** Two sectors with nothing behind their entries, and nothing in the entries' unused fields. */
function looksLikeOtadata(bytes: Uint8Array): boolean {
  if (bytes.length !== otadataBytes) return false;
  const sectorBytes = otadataBytes / 2;
  return [0, sectorBytes].every((start) => {
    const sector = bytes.subarray(start, start + sectorBytes);
    const label = sector.subarray(4, 24);
    const isUnused = (value: number): boolean => label.every((byte) => byte === value);
    return (
      (isUnused(0xff) || isUnused(0)) &&
      sector.subarray(otaEntryBytes).every((byte) => byte === 0xff)
    );
  });
}
