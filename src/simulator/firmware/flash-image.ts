// Whole flash images of a simulated device: made as the factory makes a chip's, and read back as
// far as a simulation needs.
//
// The table is hosts/esp32/partitions.csv, the one that real chips get. How a chip boots from it is
// src/formats/boot.

import type { AppDescriptor } from "../../flash/app-descriptor.js";
import { AppImageError } from "../../flash/app-image-error.js";
import { AppImageStream } from "../../flash/app-image-stream.js";
import { appSubtypes } from "../../formats/partition-table/partition-table-types.js";
import {
  parsePartitionTable,
  partitionTableBytes,
  partitionTableOffset,
  type Partition,
} from "../../formats/partition-table/partition-table.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { composeFlash, makeNvsPartition } from "../../factory/device-image.js";
import type { DeviceIdentity } from "../../factory/device-identity.js";
import { defaultLayout } from "../../factory/flash-layout.js";
import { findPartition, slotPartitions } from "../../formats/partition-table/partition-roles.js";

export const flashBytesDefault = 4 << 20;

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

/** The flash of a new device. Throws a FactoryError, if the firmware does not fit among others. */
export function makeFlashImage({ identity, firmware, byteLength }: FlashSource): Uint8Array {
  const layout = { ...defaultLayout(), flashBytes: byteLength ?? flashBytesDefault };
  return composeFlash(layout, makeNvsPartition(layout, identity), firmware);
}

/** What is in a flash. Throws a PartitionTableError if it has no partition table. */
export function readFlashImage(flash: Uint8Array): FlashContents {
  const table = flash.subarray(partitionTableOffset, partitionTableOffset + partitionTableBytes);
  const partitions = parsePartitionTable(table);
  const slots = slotPartitions(partitions).map((partition) => readSlot(flash, partition));
  return { partitions, slots };
}

/** The partition with this label. Throws an Error if the table has none. */
export function partitionOf({ partitions }: FlashContents, label: string): Partition {
  const partition = findPartition(partitions, label);
  if (partition === undefined) throw new Error(`the partition table has no "${label}"`);
  return partition;
}

function readSlot(flash: Uint8Array, partition: Partition): SlotContents {
  const { offset, size, subtype } = partition;
  const slot = subtype - appSubtypes.ota0;
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
