// Partition tables in Espressif's CSV, as people write them:
//
//   name, type, subtype, offset, size, flags     # only a whole line is a comment
//
// An empty offset means: behind the one before, aligned. Numbers are Python's (4096, 0x1000, 0o17,
// 1_000) with K and M behind; a negative size means: up to this address. Type and subtype may be
// names. What the generator refuses is refused here, with the line and what to do. Not here:
// environment variables, and bootloader partitions, which need offsets that no table tells.

import { sectorBytes } from "../../ports/flash.js";
import { type Partition, partitionFlags, partitionTableOffset } from "./partition-table.js";
import { PartitionTableError } from "./partition-table-error.js";
import {
  checkPartitions,
  isPrimary,
  offsetAlignment,
  type PartitionRuleOptions,
} from "./partition-table-rules.js";
import { dataSubtypes, partitionTypes, subtypeNames } from "./partition-table-types.js";

export type PartitionCsvOptions = Omit<PartitionRuleOptions, "describe">;

/** A line as it is written: no offset yet, or a size that is an address. */
interface Row extends Omit<Partition, "offset"> {
  readonly offset: number | undefined;
  readonly line: number;
}

type Names = Readonly<Record<string, number>>;

const lineEnd = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
const integer =
  /^([+-]?)(0x(?:_?[0-9a-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+|0(?:_?0)*|[1-9](?:_?\d)*)$/i;

/** The partitions of a CSV. Throws a PartitionTableError that names the line. */
export function parsePartitionCsv(text: string, options: PartitionCsvOptions = {}): Partition[] {
  const { tableOffset = partitionTableOffset } = options;
  const rows = text
    .split(lineEnd)
    .flatMap((line, index) => parseLine(line, index + 1, tableOffset));
  const placed = placeRows(rows, tableOffset + sectorBytes);
  const describe = (partition: Partition): string =>
    `line ${rows[placed.indexOf(partition)]?.line ?? 0}, partition "${partition.label}"`;
  checkPartitions(placed, { ...options, describe });
  return placed;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function parseLine(text: string, line: number, tableOffset: number): Row[] {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.startsWith("#")) return [];
  if (/^\$[A-Za-z_]/.test(trimmed)) refuse(line, "variables are not expanded here");
  const fields = trimmed.split(",").map((field) => field.trim());
  const [label = "", typeText = "", subtypeText = "", offsetText = "", sizeText = ""] = fields;
  if (!isAscii(label)) refuse(line, `the label "${label}" has characters that are not ASCII`);
  if (typeText === "") refuse(line, "the type is empty: write app, data or a number");
  const type = parseNumber(typeText, line, "type", partitionTypes);
  if (type === partitionTypes.bootloader) {
    refuse(line, "bootloader partitions are not supported: leave the line out");
  }
  const subtype = parseSubtype(subtypeText, type, line);
  const flags = parseFlags(fields[5] ?? "", line);
  if (type === partitionTypes.partition_table) {
    const offset = subtype === 0 ? tableOffset : parseOffset(offsetText, line);
    return [{ label, type, subtype, offset, size: sectorBytes, flags, line }];
  }
  if (sizeText === "") refuse(line, "the size is empty: write it like 0x4000, 16K or 1M");
  const size = parseNumber(sizeText, line, "size");
  return [{ label, type, subtype, offset: parseOffset(offsetText, line), size, flags, line }];
}

/** Gives every row its offset and its size. Rows are expected in the order of their offsets. */
function placeRows(rows: readonly Row[], firstFree: number): Partition[] {
  let end = firstFree;
  return rows.map(({ line, offset: wanted, ...fields }) => {
    const { label, type, subtype, size, flags } = fields;
    if (wanted !== undefined && isPrimary({ ...fields, offset: wanted })) {
      return { label, type, subtype, offset: wanted, size, flags };
    }
    if (wanted !== undefined && wanted < end) {
      throw new PartitionTableError(
        "overlap",
        `line ${line}: offset 0x${wanted.toString(16)} is taken, ` +
          `the first free one is 0x${end.toString(16)}; leave it empty to have it set`,
      );
    }
    const alignment = offsetAlignment(type);
    const offset = wanted ?? Math.ceil(end / alignment) * alignment;
    const placedSize = size < 0 ? -size - offset : size;
    end = offset + placedSize;
    return { label, type, subtype, offset, size: placedSize, flags };
  });
}

function parseSubtype(text: string, type: number, line: number): number {
  if (text !== "") return parseNumber(text, line, "subtype", subtypeNames(type));
  if (type === partitionTypes.app) {
    refuse(line, "an app's subtype is empty: write factory, test or ota_0 to ota_15");
  }
  return dataSubtypes.undefined;
}

function parseOffset(text: string, line: number): number | undefined {
  return text === "" ? undefined : parseNumber(text, line, "offset");
}

function parseFlags(text: string, line: number): number {
  let flags = 0;
  for (const name of text.split(":")) {
    if (name === "") continue;
    const bit = lookUp(name, partitionFlags);
    if (bit === undefined) {
      const known = Object.keys(partitionFlags).join(", ");
      refuse(line, `flag "${name}" is unknown: known are ${known}, with a colon between`);
    }
    flags |= bit;
  }
  return flags;
}

function parseNumber(text: string, line: number, field: string, names: Names = {}): number {
  const last = text.slice(-1).toLowerCase();
  if (last === "k") return 0x400 * parseNumber(text.slice(0, -1), line, field, names);
  if (last === "m") return 0x100000 * parseNumber(text.slice(0, -1), line, field, names);
  const [, sign, digits] = integer.exec(text.trim()) ?? [];
  if (digits !== undefined) return Number(digits.replaceAll("_", "")) * (sign === "-" ? -1 : 1);
  const named = lookUp(text.toLowerCase(), names);
  if (named !== undefined) return named;
  const known = Object.keys(names);
  const hint = known.length === 0 ? "" : `, or one of ${known.join(", ")}`;
  refuse(line, `${field} "${text}" is no number: write it like 4096, 0x1000, 4K${hint}`);
}

function lookUp(name: string, names: Names): number | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

function refuse(line: number, what: string): never {
  throw new PartitionTableError("syntax", `line ${line}: ${what}`);
}
