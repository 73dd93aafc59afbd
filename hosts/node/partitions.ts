// Opens partitions of a whole flash chip by the rules of the real one: `running` (read-only),
// `nextota`, data partitions by label; app partitions do not open by label.

import { parsePartitionTable, type Partition } from "../../src/flash/partition-table.js";
import type { FlashPartition, OpenPartition } from "../../src/ports/flash.js";
import { FlashWindow } from "./flash-window.js";

const tableOffset = 0x8000;
const tableBytes = 0xc00;
const appType = 0;
const dataType = 1;
const firstOtaSubtype = 0x10;

/** The partitions of a flash image. Throws PartitionTableError if there is no table. */
export function readPartitions(flash: FlashPartition): Partition[] {
  const table = new Uint8Array(tableBytes);
  flash.read(table, tableOffset);
  return parsePartitionTable(table);
}

/** @param slot the running OTA slot; with two of them the other one is `nextota` */
export function partitionOpener(flash: FlashPartition, slot: number): OpenPartition {
  const partitions = readPartitions(flash);
  const otaSlot = (index: number): Partition | undefined =>
    partitions.find(({ type, subtype }) => type === appType && subtype === firstOtaSubtype + index);
  return (path) => {
    let partition: Partition | undefined;
    if (path === "running") partition = otaSlot(slot);
    else if (path === "nextota") partition = otaSlot(1 - slot);
    else partition = partitions.find(({ type, label }) => type === dataType && label === path);
    if (partition === undefined) throw new Error(`can't find partition "${path}"`);
    return new FlashWindow(flash, partition.offset, partition.size, path === "running");
  };
}
