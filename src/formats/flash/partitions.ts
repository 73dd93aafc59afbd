// Opens partitions of a whole flash chip by the rules of the real one: `running` (read-only),
// `nextota`, data partitions by label; app partitions do not open by label.

import {
  parsePartitionTable,
  partitionTableBytes,
  partitionTableOffset,
  type Partition,
} from "../partition-table/partition-table.js";
import { appSubtypes, partitionTypes } from "../partition-table/partition-table-types.js";
import type { FlashPartition, OpenPartition } from "../../ports/flash.js";
import { FlashWindow } from "./flash-window.js";

/** Throws PartitionTableError if the table is damaged; a blank one has no partitions. */
function readPartitions(flash: FlashPartition): Partition[] {
  const table = new Uint8Array(partitionTableBytes);
  flash.read(table, partitionTableOffset);
  return parsePartitionTable(table);
}

/**
 * What opens the partitions of `flash`. Throws PartitionTableError if its table is damaged.
 * @param slot the running one of two OTA slots; the other is `nextota`
 */
export function partitionOpener(flash: FlashPartition, slot: number): OpenPartition {
  const partitions = readPartitions(flash);
  const otaSlot = (index: number): Partition | undefined =>
    partitions.find(
      ({ type, subtype }) => type === partitionTypes.app && subtype === appSubtypes.ota0 + index,
    );
  return (path) => {
    let partition: Partition | undefined;
    if (path === "running") partition = otaSlot(slot);
    else if (path === "nextota") partition = otaSlot(1 - slot);
    else {
      partition = partitions.find(
        ({ type, label }) => type === partitionTypes.data && label === path,
      );
    }
    if (partition === undefined) throw new Error(`can't find partition "${path}"`);
    return new FlashWindow(flash, partition.offset, partition.size, path === "running");
  };
}
