// Which partition of a table plays which part in starting and updating a device.

import type { Partition } from "./partition-table.js";
import { appSubtypes, dataSubtypes, partitionTypes } from "./partition-table-types.js";

/** ESP-IDF knows ota_0 to ota_15. */
const slotsMax = 16;

/** Whether the bytes begin like a binary table, as it is in flash. */
export function isBinaryTable(bytes: Uint8Array): boolean {
  return bytes[0] === 0xaa && bytes[1] === 0x50;
}

/** The partition with this label, or undefined. */
export function findPartition(
  partitions: readonly Partition[],
  label: string,
): Partition | undefined {
  return partitions.find((partition) => partition.label === label);
}

/** The OTA slots in their order. */
export function slotPartitions(partitions: readonly Partition[]): Partition[] {
  return partitions
    .filter(({ type, subtype }) => {
      const index = subtype - appSubtypes.ota0;
      return type === partitionTypes.app && index >= 0 && index < slotsMax;
    })
    .sort((one, other) => one.subtype - other.subtype);
}

/** The partition that says which slot starts, or undefined. */
export function otadataPartition(partitions: readonly Partition[]): Partition | undefined {
  return partitions.find(({ type, subtype }) => {
    return type === partitionTypes.data && subtype === dataSubtypes.ota;
  });
}

/** The NVS that ESP-IDF mounts for the program: the one labelled `nvs`, or the only one. */
export function nvsPartition(partitions: readonly Partition[]): Partition | undefined {
  const all = partitions.filter(({ type, subtype }) => {
    return type === partitionTypes.data && subtype === dataSubtypes.nvs;
  });
  return findPartition(all, "nvs") ?? (all.length === 1 ? all[0] : undefined);
}
