// Where things lie in a device's flash: a partition table, as Espressif's CSV or as the 0xC00 bytes
// that a chip has at 0x8000, held to the rules of Espressif's generator.

import { readFileSync } from "node:fs";
import { parsePartitionCsv } from "../formats/partition-table/partition-table-csv.js";
import { PartitionTableError } from "../formats/partition-table/partition-table-error.js";
import { checkPartitions } from "../formats/partition-table/partition-table-rules.js";
import {
  appSubtypes,
  dataSubtypes,
  partitionTypes,
} from "../formats/partition-table/partition-table-types.js";
import { parsePartitionTable, type Partition } from "../formats/partition-table/partition-table.js";
import { FactoryError } from "./factory-error.js";

export interface FlashLayout {
  readonly partitions: readonly Partition[];
  /** Of the whole flash. */
  readonly flashBytes: number;
}

const mebibyte = 1 << 20;
const flashBytesMax = 128 * mebibyte;
const slotsMax = 16;

/** The table of this package: 4 MB, two slots. The simulated chip's too. */
export function defaultLayout(): FlashLayout {
  const file = new URL("../../../hosts/esp32/partitions.csv", import.meta.url);
  return readLayout(readFileSync(file));
}

/**
 * Reads a table, CSV or binary. Throws a FactoryError of one line.
 * @param flashBytes of the chip; absent: the smallest flash that holds the table
 */
export function readLayout(table: Uint8Array, flashBytes?: number): FlashLayout {
  try {
    const partitions = isBinaryTable(table)
      ? parsePartitionTable(table)
      : parsePartitionCsv(new TextDecoder().decode(table));
    const layout = { partitions, flashBytes: flashBytes ?? smallestFlash(partitions) };
    checkPartitions(partitions, layout);
    return layout;
  } catch (error) {
    if (!(error instanceof PartitionTableError)) throw error;
    throw new FactoryError("layout", `the partition table: ${error.message}`, { cause: error });
  }
}

/** Whether the bytes begin like a table in flash. */
export function isBinaryTable(bytes: Uint8Array): boolean {
  return bytes[0] === 0xaa && bytes[1] === 0x50;
}

/** The NVS that ESP-IDF mounts for the program: the one of that label, or the only one. */
export function nvsPartition({ partitions }: FlashLayout): Partition {
  const all = partitions.filter(({ type, subtype }) => {
    return type === partitionTypes.data && subtype === dataSubtypes.nvs;
  });
  const found = all.find(({ label }) => label === "nvs") ?? (all.length === 1 ? all[0] : undefined);
  if (found !== undefined) return found;
  throw new FactoryError("layout", 'the partition table has no NVS partition with the label "nvs"');
}

/** The OTA slots in their order. */
export function slotPartitions({ partitions }: Pick<FlashLayout, "partitions">): Partition[] {
  return partitions
    .filter(({ type, subtype }) => {
      const index = subtype - appSubtypes.ota0;
      return type === partitionTypes.app && index >= 0 && index < slotsMax;
    })
    .sort((one, other) => one.subtype - other.subtype);
}

export function otadataPartition({
  partitions,
}: Pick<FlashLayout, "partitions">): Partition | undefined {
  return partitions.find(({ type, subtype }) => {
    return type === partitionTypes.data && subtype === dataSubtypes.ota;
  });
}

/** The first slot of a device that updates itself. Throws a FactoryError if it could not. */
export function firstSlot(layout: FlashLayout): Partition {
  const [first, second] = slotPartitions(layout);
  if (first === undefined || second === undefined || otadataPartition(layout) === undefined) {
    throw new FactoryError(
      "layout",
      "the partition table has no otadata with two slots, ota_0 and ota_1: no update could be made",
    );
  }
  return first;
}

function smallestFlash(partitions: readonly Partition[]): number {
  const end = Math.max(0, ...partitions.map(({ offset, size }) => offset + size));
  let flashBytes = mebibyte;
  while (flashBytes < end && flashBytes < flashBytesMax) flashBytes *= 2;
  return flashBytes;
}
