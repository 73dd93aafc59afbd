// Writes the CSV that the reader reads, for tests that go both ways.

import {
  type Partition,
  partitionFlags,
} from "../../../src/formats/partition-table/partition-table.js";
import {
  partitionTypes,
  subtypeNames,
} from "../../../src/formats/partition-table/partition-table-types.js";

/** The CSV of partitions, a heading first. Sizes in M and K where they are whole. */
export function formatPartitionCsv(partitions: readonly Partition[]): string {
  const lines = partitions.map((partition) => {
    const { label, type, subtype, offset, size, flags } = partition;
    const flagNames = Object.entries(partitionFlags)
      .filter(([, bit]) => (flags & bit) !== 0)
      .map(([name]) => name);
    const typeName = nameOf(type, partitionTypes);
    const subtypeName = nameOf(subtype, subtypeNames(type));
    const place = [`0x${offset.toString(16)}`, formatSize(size), flagNames.join(":")];
    return [label, typeName, subtypeName, ...place].join(",");
  });
  return ["# Name, Type, SubType, Offset, Size, Flags", ...lines, ""].join("\n");
}

function nameOf(value: number, names: Readonly<Record<string, number>>): string {
  return Object.keys(names).find((name) => names[name] === value) ?? value.toString();
}

function formatSize(size: number): string {
  if (size % 0x100000 === 0) return `${size / 0x100000}M`;
  return size % 0x400 === 0 ? `${size / 0x400}K` : `0x${size.toString(16)}`;
}
