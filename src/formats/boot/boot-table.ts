// The partition table as the boot loader reads and judges it (ESP-IDF flash_partitions.c and
// bootloader_utility.c), written apart from src/flash so that both cannot be wrong together.
//
//   0 magic AA 50   2 type   3 subtype   4 offset   8 size   12 label (16)   28 flags
//   0 magic EB EB   16 MD5 of the records before it          FF FF, type FF, subtype FF: the end
//
// 96 records of 32 bytes at 0x8000. A boot loader does not look for overlaps or double labels.

import { md5 } from "../md5.js";
import { areEqual, readBytes, viewOf, type BootFlash } from "./boot-flash.js";

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
  table: Uint8Array,
  flashBytes: number,
): readonly BootPartition[] | { readonly problem: string } {
  const partitions: BootPartition[] = [];
  let md5Seen = false;
  for (let index = 0; index < recordsMax; index += 1) {
    const record = table.subarray(index * recordBytes, (index + 1) * recordBytes);
    const magic = viewOf(record).getUint16(0, true);
    if (magic === partitionMagic) {
      const partition = readRecord(record);
      if (leavesFlash(partition, flashBytes)) {
        return { problem: `partition ${index} (${partition.label}) ends behind the flash` };
      }
      partitions.push(partition);
    } else if (magic === md5Magic) {
      if (md5Seen) return { problem: "the partition table has two MD5 records" };
      if (!areEqual(md5(table.subarray(0, index * recordBytes)), record.subarray(16))) {
        return { problem: "the partition table's MD5 is wrong" };
      }
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

function readRecord(record: Uint8Array): BootPartition {
  const view = viewOf(record);
  return {
    label: labelOf(record.subarray(12, 28)),
    type: view.getUint8(2),
    subtype: view.getUint8(3),
    offset: view.getUint32(4, true),
    size: view.getUint32(8, true),
  };
}

/** Latin-1 up to the first NUL: a boot loader compares bytes and knows no UTF-8. */
function labelOf(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, nul === -1 ? bytes.length : nul));
}

function isEnd(record: Uint8Array): boolean {
  const view = viewOf(record);
  const [type, subtype] = [view.getUint8(2), view.getUint8(3)];
  return view.getUint16(0, true) === endMagic && type === endType && subtype === endType;
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
