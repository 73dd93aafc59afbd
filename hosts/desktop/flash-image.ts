// Whole flash images of a device: made as a factory would (partition table, identity in NVS,
// firmware in ota_0, otadata blank), and read back as a person would want to see them.
//
// The table is hosts/esp32/partitions.csv, the one that real chips get. Bytes are those of
// src/flash; how a chip boots from them is bootloader.ts's business.

import { readFileSync } from "node:fs";
import type { AppDescriptor } from "../../src/flash/app-descriptor.js";
import { AppImageError } from "../../src/flash/app-image-error.js";
import { AppImageStream } from "../../src/flash/app-image-stream.js";
import { makeNvsImage } from "../../src/flash/nvs-image.js";
import { parsePartitionCsv } from "../../src/flash/partition-table-csv.js";
import {
  parsePartitionTable,
  partitionTableBytes,
  partitionTableOffset,
  writePartitionTable,
  type Partition,
} from "../../src/flash/partition-table.js";
import { openSha256 } from "../../src/flash/sha256.js";

export const flashBytesDefault = 4 << 20;

/** What the factory writes into a device; the keys of NVS namespace `provision`. */
interface DeviceIdentity {
  readonly vendor: string;
  readonly model: string;
  /** Absent: the serial is the MAC address, in the form that the firmware has compiled in. */
  readonly sn?: string;
  readonly host?: string;
  readonly port?: number;
}

export interface FlashSource {
  readonly identity: DeviceIdentity;
  /** Image for ota_0. */
  readonly firmware: Uint8Array;
  readonly byteLength?: number;
}

/** What an OTA slot of a flash holds. */
interface SlotContents {
  readonly slot: number;
  readonly partition: Partition;
  /** Of the image; absent if there is none, or it has no descriptor. */
  readonly app?: AppDescriptor;
  /** Why the image is no good, in words; absent if it is good. */
  readonly problem?: string;
}

export interface FlashContents {
  readonly partitions: readonly Partition[];
  readonly slots: readonly SlotContents[];
}

const namespace = "provision";
const appType = 0;
const slotSubtype = 0x10;
const slotSubtypeEnd = 0x20;

/** The flash of a new device. Throws an Error if the firmware does not fit its slot. */
export function makeFlashImage({ identity, firmware, byteLength }: FlashSource): Uint8Array {
  const flash = new Uint8Array(byteLength ?? flashBytesDefault).fill(0xff);
  const partitions = parsePartitionCsv(readPartitionsCsv(), { flashBytes: flash.length });
  flash.set(writePartitionTable(partitions), partitionTableOffset);

  const nvs = findPartition(partitions, "nvs");
  flash.set(makeNvsImage(nvs.size, identityEntries(identity)), nvs.offset);

  const slot = findPartition(partitions, "ota_0");
  if (firmware.length > slot.size) {
    throw new Error(`firmware of ${firmware.length} bytes does not fit a slot of ${slot.size}`);
  }
  flash.set(firmware, slot.offset);
  return flash;
}

/** What is in a flash. Throws a PartitionTableError if it has no partition table. */
export function readFlashImage(flash: Uint8Array): FlashContents {
  const table = flash.subarray(partitionTableOffset, partitionTableOffset + partitionTableBytes);
  const partitions = parsePartitionTable(table);
  const slots = partitions
    .filter(({ type, subtype }) => type === appType && subtype >= slotSubtype)
    .filter(({ subtype }) => subtype < slotSubtypeEnd)
    .map((partition) => readSlot(flash, partition));
  return { partitions, slots };
}

export function findPartition(partitions: readonly Partition[], label: string): Partition {
  const partition = partitions.find((one) => one.label === label);
  if (partition === undefined) throw new Error(`the partition table has no "${label}"`);
  return partition;
}

function readPartitionsCsv(): string {
  return readFileSync(new URL("../../../hosts/esp32/partitions.csv", import.meta.url), "utf8");
}

/** Port and all are strings: that is how the agent reads them on the chip. */
function* identityEntries(identity: DeviceIdentity) {
  for (const [key, value] of Object.entries(identity)) {
    if (value !== undefined)
      yield { namespace, key, type: "string", value: String(value) } as const;
  }
}

function readSlot(flash: Uint8Array, partition: Partition): SlotContents {
  const { offset, size, subtype } = partition;
  const slot = subtype - slotSubtype;
  const stream = new AppImageStream({ openDigest: openSha256, byteLengthMax: size });
  try {
    stream.write(flash.subarray(offset, offset + size));
  } catch (error) {
    if (error instanceof AppImageError) return { slot, partition, problem: error.message };
    throw error;
  }
  const app = stream.summary?.descriptor;
  return app === undefined ? { slot, partition } : { slot, partition, app };
}
