// Explains a whole flash: every part of it that matters to starting and updating, and which slot the
// boot loader starts, by ESP-IDF's rules with rollback enabled.

import type { OpenDigest } from "../ports/digest.js";
import {
  appSubtypes,
  dataSubtypes,
  partitionTypes,
} from "../formats/partition-table/partition-table-types.js";
import { bootIndexName, bootOrder } from "../formats/boot/boot-loader.js";
import { factoryIndex } from "../formats/boot/boot-otadata.js";
import {
  partitionTableBytes,
  partitionTableOffset,
  type Partition,
} from "../formats/partition-table/partition-table.js";
import { bootLoaderOffset } from "../formats/app-image/boot-loader-image.js";
import { otadataPartition, slotPartitions } from "../formats/partition-table/partition-roles.js";
import { beginsImage, headerOf, inspectApp, inspectBootLoader } from "./inspect-app.js";
import { inspectNvs, type NvsInspectOptions } from "./inspect-nvs.js";
import { inspectOtadata, select, type OtaSlots } from "./inspect-otadata.js";
import { inspectTable } from "./inspect-table.js";
import type { FlashFound, SlotFound } from "./inspection.js";

export interface FlashInspectOptions extends NvsInspectOptions {
  readonly openDigest: OpenDigest;
}

/** Where a chip's ROM may look for a boot loader. */
const bootLoaderOffsets = [0, 0x1000, 0x2000];
const nvsPageBytes = 4096;

/** @param tableOffset where the partition table is: 0x8000, unless the firmware was built otherwise */
export function inspectFlash(
  flash: Uint8Array,
  options: FlashInspectOptions,
  tableOffset: number = partitionTableOffset,
): FlashFound {
  const { openDigest } = options;
  const { found: table, partitions } = inspectTable(
    flash.subarray(tableOffset, tableOffset + partitionTableBytes),
    flash.length,
  );
  const bootLoader = findBootLoader(flash, tableOffset);
  const apps = appPartitions(partitions);
  const chipId = bootLoader?.chipId ?? chipOf(flash, apps);
  const slots = apps.map((app): SlotFound => readSlot(flash, app, openDigest, chipId));
  const otadata = otadataPartition(partitions);
  const bytes = otadata && contentOf(flash, otadata);
  const rule: OtaSlots = {
    slotCount: slotPartitions(partitions).length,
    factory: apps.some(({ index }) => index === factoryIndex),
  };
  const isWhole = bytes !== undefined && bytes.length >= 2 * nvsPageBytes;
  const index = isWhole ? select(bytes, rule).index : factoryIndex;
  const starts = bootOrder(index, rule.slotCount)
    .map(bootIndexName)
    .find((name) => slots.some(({ slot, verdict }) => slot === name && verdict === "good"));
  const chip = slots.find(({ slot }) => slot === starts)?.chip;
  return {
    ...(chip !== undefined && { chip }),
    ...(bootLoader !== undefined && {
      bootLoader: inspectBootLoader(bootLoader.bytes, openDigest),
    }),
    table,
    tableOffset,
    ...(isWhole && { otadata: inspectOtadata(bytes, rule) }),
    slots,
    ...(starts !== undefined && { starts }),
    nvs: readNvs(flash, partitions, options),
  };
}

interface BootLoaderPlace {
  readonly bytes: Uint8Array;
  readonly chipId: number;
}

/** The boot loader that lies where its own chip looks for it. */
function findBootLoader(flash: Uint8Array, tableOffset: number): BootLoaderPlace | undefined {
  for (const offset of bootLoaderOffsets) {
    const bytes = flash.subarray(offset, tableOffset);
    const header = headerOf(bytes);
    if (header !== undefined && bootLoaderOffset(header.chipId) === offset) {
      return { bytes, chipId: header.chipId };
    }
  }
  return undefined;
}

interface AppPartition {
  readonly index: number;
  readonly partition: Partition;
}

function appPartitions(partitions: readonly Partition[]): AppPartition[] {
  const factory = partitions
    .filter(({ type }) => type === partitionTypes.app)
    .filter(({ subtype }) => subtype === appSubtypes.factory)
    .map((partition) => ({ index: factoryIndex, partition }));
  const slots = slotPartitions(partitions).map((partition) => {
    return { index: partition.subtype - appSubtypes.ota0, partition };
  });
  return [...factory, ...slots];
}

/** Without a boot loader, the chip of the first image is taken for the flash's. */
function chipOf(flash: Uint8Array, apps: readonly AppPartition[]): number | undefined {
  for (const { partition } of apps) {
    const header = headerOf(contentOf(flash, partition));
    if (header !== undefined) return header.chipId;
  }
  return undefined;
}

function readSlot(
  flash: Uint8Array,
  { index, partition }: AppPartition,
  openDigest: OpenDigest,
  chipId: number | undefined,
): SlotFound {
  const content = contentOf(flash, partition);
  const place = { slot: bootIndexName(index), offset: partition.offset, slotBytes: partition.size };
  const blank = content.length > 0 && !beginsImage(content) && content.every(isErased);
  return { ...place, blank, ...inspectApp(content, openDigest, chipId) };
}

function readNvs(
  flash: Uint8Array,
  partitions: readonly Partition[],
  options: NvsInspectOptions,
): FlashFound["nvs"] {
  return partitions
    .filter(({ type, subtype }) => type === partitionTypes.data && subtype === dataSubtypes.nvs)
    .flatMap((partition) => {
      const { label } = partition;
      const content = contentOf(flash, partition);
      const isReadable = content.length > 0 && content.length % nvsPageBytes === 0;
      if (!isReadable) return [];
      return [{ label, ...inspectNvs(content, options) }];
    });
}

/** As much of a partition as the file has. */
function contentOf(flash: Uint8Array, { offset, size }: Partition): Uint8Array {
  return flash.subarray(Math.min(offset, flash.length), Math.min(offset + size, flash.length));
}

function isErased(byte: number): boolean {
  return byte === 0xff;
}
