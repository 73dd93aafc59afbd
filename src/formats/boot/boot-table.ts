// The partition table as the boot loader reads and judges it (ESP-IDF flash_partitions.c and
// bootloader_utility.c), written apart from src/flash so that both cannot be wrong together.
//
//   0 magic AA 50   2 type   3 subtype   4 offset   8 size   12 label (16)   28 flags
//   0 magic EB EB   16 MD5 of the records before it          FF FF, type FF, subtype FF: the end
//
// 96 records of 32 bytes at 0x8000. Overlaps and double labels are nothing a boot loader looks at.

import { createHash } from "node:crypto";
import { readBytes, type BootFlash } from "./boot-flash.js";

const tableAddress = 0x8000;
const recordBytes = 32;
const recordsMax = 96;

const partitionMagic = 0x50aa;
const md5Magic = 0xebeb;
const endMagic = 0xffff;

const appType = 0;
const dataType = 1;
const endType = 0xff;
const factorySubtype = 0x00;
const slotSubtype = 0x10;
const testSubtype = 0x20;
const otadataSubtype = 0x00;

export interface BootPartition {
  readonly label: string;
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
}

/** Where the boot loader may look. */
export interface BootTable {
  readonly partitions: readonly BootPartition[];
  readonly otadata: BootPartition | undefined;
  readonly factory: BootPartition | undefined;
  readonly test: BootPartition | undefined;
  /** By number; a hole in the numbers is a hole here. */
  readonly slots: readonly (BootPartition | undefined)[];
  /** Slots the table lists, which is what sequence numbers are divided by. */
  readonly slotCount: number;
}

/** The table, or in words why the boot loader refuses it. */
export type BootTableVerdict = BootTable | { readonly problem: string };

/** Reads and verifies the table of a flash. */
export function readBootTable(flash: BootFlash): BootTableVerdict {
  const flashBytes = flash.status().size;
  const tableBytes = recordBytes * recordsMax;
  if (flashBytes < tableAddress + tableBytes) {
    return { problem: `a flash of ${flashBytes} bytes has no room for a partition table` };
  }
  const verdict = verifyBootTable(readBytes(flash, tableAddress, tableBytes), flashBytes);
  return "problem" in verdict ? verdict : sortOut(verdict);
}

/** The partitions of `table` (3,072 bytes) in a flash of `flashBytes`, or why it is refused. */
export function verifyBootTable(
  table: Buffer,
  flashBytes: number,
): readonly BootPartition[] | { readonly problem: string } {
  const partitions: BootPartition[] = [];
  let md5Seen = false;
  for (let index = 0; index < recordsMax; index += 1) {
    const record = table.subarray(index * recordBytes, (index + 1) * recordBytes);
    const magic = record.readUInt16LE(0);
    if (magic === partitionMagic) {
      const partition = readRecord(record);
      if (leavesFlash(partition, flashBytes)) {
        return { problem: `partition ${index} (${partition.label}) ends behind the flash` };
      }
      partitions.push(partition);
    } else if (magic === md5Magic) {
      if (md5Seen) return { problem: "the partition table has two MD5 records" };
      const md5 = createHash("md5")
        .update(table.subarray(0, index * recordBytes))
        .digest();
      if (!md5.equals(record.subarray(16)))
        return { problem: "the partition table's MD5 is wrong" };
      md5Seen = true;
    } else if (index > 0 && isEnd(record)) {
      return partitions;
    } else {
      const found = magic.toString(16).padStart(4, "0");
      return { problem: `record ${index} of the partition table has the magic ${found}` };
    }
  }
  return { problem: "the partition table has no end" };
}

function readRecord(record: Buffer): BootPartition {
  const label = record.subarray(12, 28);
  const nul = label.indexOf(0);
  return {
    label: label.toString("latin1", 0, nul === -1 ? label.length : nul),
    type: record.readUInt8(2),
    subtype: record.readUInt8(3),
    offset: record.readUInt32LE(4),
    size: record.readUInt32LE(8),
  };
}

function isEnd(record: Buffer): boolean {
  const [type, subtype] = [record.readUInt8(2), record.readUInt8(3)];
  return record.readUInt16LE(0) === endMagic && type === endType && subtype === endType;
}

/** In 32 bits, as the chip computes it: an end that wraps passes. */
function leavesFlash({ offset, size }: BootPartition, flashBytes: number): boolean {
  return offset > flashBytes || (offset + size) >>> 0 > flashBytes;
}

/** Finds what matters for booting; where two records claim the same part, the last one has it. */
function sortOut(partitions: readonly BootPartition[]): BootTable {
  const find = (type: number, subtype: number) =>
    partitions.filter((one) => one.type === type && one.subtype === subtype).at(-1);
  const slotRecords = partitions.filter(isSlot);
  const slots: (BootPartition | undefined)[] = [];
  for (const record of slotRecords) slots[record.subtype - slotSubtype] = record;
  return {
    partitions,
    otadata: find(dataType, otadataSubtype),
    factory: find(appType, factorySubtype),
    test: find(appType, testSubtype),
    slots,
    slotCount: slotRecords.length,
  };
}

function isSlot({ type, subtype }: BootPartition): boolean {
  return type === appType && (subtype & 0xf0) === slotSubtype;
}
