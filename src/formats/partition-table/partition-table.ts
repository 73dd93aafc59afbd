// The partition table, 0xC00 bytes at 0x8000 of an ESP32's flash: records of 32 bytes, an MD5
// record over them (optional), and FF to the end. At least one record of FF must follow.
//
//   0 AA 50   2 type   3 subtype   4 offset   8 size   12 label (16, NUL-padded)   28 flags
//   0 EB EB   2 FF (14)   16 MD5 of the records before
//
// Two readers, as there are two in the field: `parsePartitionTable` is as strict as Espressif's
// generator when it reads a table back, `verifyPartitionTable` as its bootloader. What a table
// ought to look like is partition-table-rules.ts.

import { decodeUtf8, encodeUtf8 } from "../../protocol/utf8.js";
import { readUint16, readUint32, writeUint16, writeUint32 } from "../../flash/little-endian.js";
import { md5 } from "../md5.js";
import { PartitionTableError } from "./partition-table-error.js";

export const partitionTableOffset = 0x8000;
export const partitionTableBytes = 0xc00;

export const partitionFlags = Object.freeze({ encrypted: 1, readonly: 2 });

export interface Partition {
  /** 16 bytes of it are kept. */
  readonly label: string;
  /** 0 app, 1 data, 0x40 to 0xFE for the product. Names: partition-table-types.ts. */
  readonly type: number;
  readonly subtype: number;
  /** Bytes, from the start of flash. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** Bits of `partitionFlags`, and any others that were there. */
  readonly flags: number;
}

const fieldMax = Object.freeze([
  ["type", 0xff],
  ["subtype", 0xff],
  ["offset", 0xffffffff],
  ["size", 0xffffffff],
  ["flags", 0xffffffff],
] as const);

const recordBytes = 32;
const labelBytes = 16;
const recordMagic = 0x50aa;
const md5Magic = 0xebeb;
const md5Offset = 16;

/** The partitions, as Espressif's generator reads them. Throws a PartitionTableError. */
export function parsePartitionTable(bytes: Uint8Array): Partition[] {
  const partitions: Partition[] = [];
  const records = new Uint8Array(partitionTableBytes);
  for (let at = 0; at + recordBytes <= tableEnd(bytes); at += recordBytes) {
    const record = bytes.subarray(at, at + recordBytes);
    if (record.every((byte) => byte === 0xff)) return partitions;
    const recordsEnd = partitions.length * recordBytes;
    if (readUint16(record, 0) === md5Magic) {
      checkMd5(record, records.subarray(0, recordsEnd));
    } else {
      records.set(record, recordsEnd);
      partitions.push(decodeRecord(record, partitions.length));
    }
  }
  throw new PartitionTableError("end", "the table has no record of FF to end it");
}

/**
 * How many partitions the bootloader would see in a flash of `flashBytes`, as
 * esp_partition_table_verify of ESP-IDF 6.0 does. Throws a PartitionTableError if it would refuse
 * the table.
 */
export function verifyPartitionTable(bytes: Uint8Array, flashBytes: number): number {
  let md5Records = 0;
  for (let at = 0; at + recordBytes <= tableEnd(bytes); at += recordBytes) {
    const index = at / recordBytes;
    const record = bytes.subarray(at, at + recordBytes);
    const magic = readUint16(record, 0);
    if (magic === recordMagic) {
      checkFits(record, index, flashBytes);
    } else if (magic === md5Magic) {
      if (md5Records > 0) throw new PartitionTableError("md5", "the table has two MD5 records");
      checkMd5(record, bytes.subarray(0, at));
      md5Records = 1;
    } else if (index > 0 && magic === 0xffff && readUint16(record, 2) === 0xffff) {
      return index - md5Records;
    } else {
      throw badMagic(magic, index);
    }
  }
  throw new PartitionTableError("end", "the table has no record of FF to end it");
}

/** The 0xC00 bytes, with the MD5 record unless `md5` is false. Throws a PartitionTableError. */
export function writePartitionTable(
  partitions: readonly Partition[],
  options: { readonly md5?: boolean } = {},
): Uint8Array {
  const withMd5 = options.md5 ?? true;
  const recordsEnd = partitions.length * recordBytes;
  const end = recordsEnd + (withMd5 ? recordBytes : 0);
  if (end >= partitionTableBytes) {
    const most = partitionTableBytes / recordBytes - (withMd5 ? 2 : 1);
    throw new PartitionTableError(
      "count",
      `a table holds at most ${most} partitions, got ${partitions.length}`,
    );
  }
  const bytes = new Uint8Array(partitionTableBytes).fill(0xff);
  partitions.forEach((partition, index) => {
    encodeRecord(partition, bytes.subarray(index * recordBytes, (index + 1) * recordBytes));
  });
  if (withMd5) {
    writeUint16(bytes, recordsEnd, md5Magic);
    bytes.set(md5(bytes.subarray(0, recordsEnd)), recordsEnd + md5Offset);
  }
  return bytes;
}

/** Throws a PartitionTableError if a number does not fit the record. */
export function checkFields(partition: Partition): void {
  for (const [field, max] of fieldMax) {
    const value = partition[field];
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw new PartitionTableError(
        "range",
        `${field} ${value} is not a whole number from 0 to ${max}`,
      );
    }
  }
}

function tableEnd(bytes: Uint8Array): number {
  return Math.min(bytes.length, partitionTableBytes);
}

function decodeRecord(record: Uint8Array, index: number): Partition {
  const magic = readUint16(record, 0);
  if (magic !== recordMagic) throw badMagic(magic, index);
  return {
    label: decodeLabel(record.subarray(12, 12 + labelBytes), index),
    type: record[2] ?? 0,
    subtype: record[3] ?? 0,
    offset: readUint32(record, 4),
    size: readUint32(record, 8),
    flags: readUint32(record, 28),
  };
}

function encodeRecord(partition: Partition, record: Uint8Array): void {
  checkFields(partition);
  record.fill(0);
  writeUint16(record, 0, recordMagic);
  record[2] = partition.type;
  record[3] = partition.subtype;
  writeUint32(record, 4, partition.offset);
  writeUint32(record, 8, partition.size);
  record.set(encodeUtf8(partition.label).subarray(0, labelBytes), 12);
  writeUint32(record, 28, partition.flags);
}

function decodeLabel(field: Uint8Array, index: number): string {
  const nul = field.indexOf(0);
  const bytes = nul === -1 ? field : field.subarray(0, nul);
  const label = decodeUtf8(bytes);
  // The decoder replaces what is not UTF-8: then it does not come back.
  const again = encodeUtf8(label);
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i])) {
    throw new PartitionTableError("label", `the label of partition ${index} is not UTF-8`);
  }
  return label;
}

function checkMd5(record: Uint8Array, records: Uint8Array): void {
  const calculated = md5(records);
  if (calculated.some((byte, i) => byte !== record[md5Offset + i])) {
    throw new PartitionTableError("md5", "the MD5 of the table is not that of its records");
  }
}

function checkFits(record: Uint8Array, index: number, flashBytes: number): void {
  const offset = readUint32(record, 4);
  const size = readUint32(record, 8);
  // In 32 bits, which can wrap: so does the bootloader of ESP-IDF 6.0.
  const end = (offset + size) >>> 0;
  if (offset > flashBytes || end > flashBytes) {
    throw new PartitionTableError(
      "flash-size",
      `partition ${index} ends at ${offset + size}, the flash at ${flashBytes}`,
    );
  }
}

function badMagic(magic: number, index: number): PartitionTableError {
  const found = magic.toString(16).padStart(4, "0");
  return new PartitionTableError("magic", `record ${index} begins with ${found}, not with 50aa`);
}
