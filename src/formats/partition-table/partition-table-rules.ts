// What Espressif's generator asks of a partition table beyond its format: alignment, no overlap,
// labels of their own, one otadata of two sectors, an NVS large enough to be written.

import { sectorBytes } from "../../ports/flash.js";
import {
  checkFields,
  type Partition,
  partitionFlags,
  partitionTableOffset,
} from "./partition-table.js";
import { PartitionTableError, type PartitionTableErrorKind } from "./partition-table-error.js";
import { dataSubtypes, partitionTypes } from "./partition-table-types.js";

export interface PartitionRuleOptions {
  /** Where the table itself lies, 0x8000 by default; it takes a sector. */
  readonly tableOffset?: number;
  /** Size of the flash, if it is known. */
  readonly flashBytes?: number;
  /** How a message names a partition. */
  readonly describe?: (partition: Partition) => string;
}

type Refuse = (kind: PartitionTableErrorKind, partition: Partition, what: string) => never;

const appOffsetAlignment = 0x10000;
const otadataBytes = 2 * sectorBytes;
const writableNvsBytesMin = 3 * sectorBytes;

/** Throws a PartitionTableError for the first rule that is broken. */
export function checkPartitions(
  partitions: readonly Partition[],
  options: PartitionRuleOptions = {},
): void {
  const { tableOffset = partitionTableOffset, flashBytes, describe = describeByLabel } = options;
  const refuse: Refuse = (kind, partition, what) => {
    throw new PartitionTableError(kind, `${describe(partition)}: ${what}`);
  };
  for (const partition of partitions) {
    checkFieldsOf(partition, refuse);
    checkAlignment(partition, refuse);
    checkTypeRules(partition, refuse);
  }
  checkLabels(partitions, refuse);
  const inOrder = [...partitions].sort((a, b) => a.offset - b.offset);
  checkOverlap(inOrder, tableOffset, refuse);
  checkOnlyOne(partitions, dataSubtypes.ota, "otadata", refuse);
  checkOnlyOne(partitions, dataSubtypes.tee_ota, "otadata of the TEE", refuse);
  const last = inOrder.at(-1);
  if (last !== undefined && flashBytes !== undefined && last.offset + last.size > flashBytes) {
    refuse(
      "flash-size",
      last,
      `it ends at ${hex(last.offset + last.size)}, ${flashEnd(flashBytes)}`,
    );
  }
}

/** A primary bootloader or partition table, listed for completeness: it lies where it must. */
export function isPrimary({ type, subtype }: Partition): boolean {
  const { bootloader, partition_table } = partitionTypes;
  return subtype === 0 && (type === bootloader || type === partition_table);
}

export function offsetAlignment(type: number): number {
  return type === partitionTypes.app ? appOffsetAlignment : sectorBytes;
}

function checkFieldsOf(partition: Partition, refuse: Refuse): void {
  try {
    checkFields(partition);
  } catch (error) {
    if (!(error instanceof PartitionTableError)) throw error;
    refuse(error.kind, partition, error.message);
  }
}

function checkAlignment(partition: Partition, refuse: Refuse): void {
  const { offset, size, type } = partition;
  const alignment = offsetAlignment(type);
  if (offset % alignment !== 0) {
    refuse("alignment", partition, `offset ${hex(offset)} must be a multiple of ${hex(alignment)}`);
  }
  if (type === partitionTypes.app && size % sectorBytes !== 0) {
    const rule = `an app's size must be a multiple of ${hex(sectorBytes)}`;
    refuse("alignment", partition, `${rule}, not ${hex(size)}`);
  }
}

function checkTypeRules(partition: Partition, refuse: Refuse): void {
  const { type, subtype, size, flags } = partition;
  if (type !== partitionTypes.data) return;
  const { ota, coredump, nvs } = dataSubtypes;
  const isReadonly = (flags & partitionFlags.readonly) !== 0;
  if (isReadonly && (subtype === ota || subtype === coredump)) {
    refuse("type-rule", partition, "otadata and core dumps are written: drop the flag readonly");
  }
  if (!isReadonly && subtype === nvs && size < writableNvsBytesMin) {
    const rule = `an NVS to be written needs at least ${hex(writableNvsBytesMin)} bytes`;
    refuse("type-rule", partition, `${rule}, not ${hex(size)}; or flag it readonly`);
  }
}

function checkLabels(partitions: readonly Partition[], refuse: Refuse): void {
  const seen = new Set<string>();
  for (const partition of partitions) {
    if (seen.has(partition.label)) {
      refuse("duplicate-label", partition, "the label is taken: give each partition its own");
    }
    seen.add(partition.label);
  }
}

function checkOverlap(inOrder: readonly Partition[], tableOffset: number, refuse: Refuse): void {
  const tableEnd = tableOffset + sectorBytes;
  let previous: Partition | undefined;
  for (const partition of inOrder) {
    const { offset } = partition;
    if (offset < tableEnd && !isPrimary(partition)) {
      const free = `the first free offset is ${hex(tableEnd)}`;
      refuse("overlap", partition, `offset ${hex(offset)} is that of the table or below: ${free}`);
    }
    const previousEnd = previous === undefined ? 0 : previous.offset + previous.size;
    if (previous !== undefined && offset < previousEnd) {
      const where = `"${previous.label}" ends at ${hex(previousEnd)}`;
      refuse("overlap", partition, `it begins at ${hex(offset)}, but ${where}`);
    }
    previous = partition;
  }
}

function checkOnlyOne(
  partitions: readonly Partition[],
  subtype: number,
  name: string,
  refuse: Refuse,
): void {
  const [first, second] = partitions.filter(
    (partition) => partition.type === partitionTypes.data && partition.subtype === subtype,
  );
  if (second !== undefined)
    refuse("type-rule", second, `there is an ${name} already: one is enough`);
  if (first !== undefined && first.size !== otadataBytes) {
    const rule = `${name} must have ${hex(otadataBytes)} bytes`;
    refuse("type-rule", first, `${rule}, two sectors, not ${hex(first.size)}`);
  }
}

function describeByLabel({ label }: Partition): string {
  return `partition "${label}"`;
}

function flashEnd(flashBytes: number): string {
  return `behind the flash's end at ${hex(flashBytes)}: make it smaller, or take a larger flash`;
}

function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
