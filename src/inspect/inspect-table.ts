// Explains a partition table, in binary or CSV: what is in it, whether ESP-IDF takes it, and which
// rules of Espressif's generator it breaks.

import { parsePartitionCsv } from "../formats/partition-table/partition-table-csv.js";
import { PartitionTableError } from "../formats/partition-table/partition-table-error.js";
import { checkPartitions } from "../formats/partition-table/partition-table-rules.js";
import { partitionTypes, subtypeNames } from "../formats/partition-table/partition-table-types.js";
import {
  parsePartitionTable,
  partitionFlags,
  partitionTableBytes,
  verifyPartitionTable,
  type Partition,
} from "../formats/partition-table/partition-table.js";
import type { PartitionFound, TableFound } from "./inspection.js";

export interface TableRead {
  readonly found: TableFound;
  readonly partitions: readonly Partition[];
}

/** Explains a table in binary. @param flashBytes of the flash it is in, if that is known */
export function inspectTable(bytes: Uint8Array, flashBytes?: number): TableRead {
  const table = bytes.subarray(0, partitionTableBytes);
  let partitions: Partition[] = [];
  const problems = problemsIn(
    () => {
      partitions = parsePartitionTable(table);
      if (partitions.length === 0) throw new PartitionTableError("end", "there is no partition");
    },
    () => verifyPartitionTable(table, flashBytes ?? 0xffffffff),
    () => checkPartitions(partitions, flashBytes === undefined ? {} : { flashBytes }),
  );
  return { found: describe(partitions, problems), partitions };
}

/** A line of a partition table: label, type, subtype and more, whatever separates them. */
const rowPattern =
  /^[^#,;\t]{0,32}[,;\t]\s*(app|data|bootloader|partition_table|0x[0-9a-f]{1,2}|\d{1,3})\s*[,;\t].*[,;\t]/im;

/** Whether somebody meant `text` to be a partition table. */
function looksLikeCsv(text: string): boolean {
  return rowPattern.test(text);
}

/** Explains a table in CSV; undefined if `text` is nothing of the kind. */
export function inspectCsv(text: string): TableRead | undefined {
  try {
    const partitions = parsePartitionCsv(text);
    if (partitions.length === 0) return undefined;
    return { found: describe(partitions, []), partitions };
  } catch (error) {
    if (!(error instanceof PartitionTableError)) throw error;
    if (error.kind === "syntax" && !looksLikeCsv(text)) return undefined;
    return { found: describe([], [error.message]), partitions: [] };
  }
}

/** Tries one after the other, and tells each problem once. */
function problemsIn(...checks: readonly (() => unknown)[]): string[] {
  const problems = new Set<string>();
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof PartitionTableError)) throw error;
      problems.add(error.message);
    }
  }
  return [...problems];
}

function describe(partitions: readonly Partition[], problems: readonly string[]): TableFound {
  return {
    verdict: problems.length === 0 ? "good" : "damaged",
    problems,
    partitions: partitions.map(describePartition),
  };
}

function describePartition(partition: Partition): PartitionFound {
  const { label, type, subtype, offset, size, flags } = partition;
  const flagNames = Object.entries(partitionFlags)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name);
  return {
    label,
    type: nameOf(type, partitionTypes),
    subtype: nameOf(subtype, subtypeNames(type)),
    offset,
    bytes: size,
    ...(flagNames.length > 0 && { flags: flagNames.join(":") }),
  };
}

function nameOf(value: number, names: Readonly<Record<string, number>>): string {
  const name = Object.keys(names).find((known) => names[known] === value);
  return name ?? `0x${value.toString(16)}`;
}
