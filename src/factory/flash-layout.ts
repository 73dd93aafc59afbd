// Where things lie in a device's flash: a partition table, as Espressif's CSV or as the 0xC00 bytes
// that a chip has at 0x8000, held to the rules of Espressif's generator.

import { readFileSync } from "node:fs";
import { parsePartitionCsv } from "../formats/partition-table/partition-table-csv.js";
import { PartitionTableError } from "../formats/partition-table/partition-table-error.js";
import { checkPartitions } from "../formats/partition-table/partition-table-rules.js";
import {
  isBinaryTable,
  nvsPartition as findNvs,
  otadataPartition,
  slotPartitions,
} from "../formats/partition-table/partition-roles.js";
import { parsePartitionTable, type Partition } from "../formats/partition-table/partition-table.js";
import { FactoryError } from "./factory-error.js";

export interface FlashLayout {
  readonly partitions: readonly Partition[];
  /** Of the whole flash. */
  readonly flashBytes: number;
}

const mebibyte = 1 << 20;
const flashBytesMax = 128 * mebibyte;

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

/** The NVS that ESP-IDF mounts for the program. Throws a FactoryError if there is none. */
export function nvsPartition({ partitions }: FlashLayout): Partition {
  const found = findNvs(partitions);
  if (found !== undefined) return found;
  throw new FactoryError("layout", 'the partition table has no NVS partition with the label "nvs"');
}

/** The first slot of a device that updates itself. Throws a FactoryError if it could not. */
export function firstSlot(layout: FlashLayout): Partition {
  const { partitions } = layout;
  const [first, second] = slotPartitions(partitions);
  if (first === undefined || second === undefined || otadataPartition(partitions) === undefined) {
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
