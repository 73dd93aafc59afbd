// A range of serials, and which serials it contains (S-31): those that are exactly what a number
// from `first` to `last`, both included, looks like in the range's format.
//
//     {"format":"base16","length":4,"casing":"upper","first":9,"last":10}    0009, 000A

import { parseDecimal } from "../../protocol/decimal.js";
import { serialBytesMax } from "../../protocol/limits.js";
import { formatSerial, type SerialFormat } from "../../protocol/mac-serial.js";
import { serialFormats, type SerialRange } from "../../protocol/serial-range.js";
import { Refusal } from "../errors.js";
import { isRecord, parseJson } from "../database/json.js";

const macMax = 2 ** 48 - 1;

/** The number that `sn` may stand for; whether it is well written shows when it is written again. */
export function readNumber(format: SerialFormat["format"], sn: string): number | undefined {
  if (format === "base10") return parseDecimal(sn);
  const digits = format === "base16" ? sn : sn.replace(/[:.-]/g, "");
  if (!/^[0-9A-Fa-f]+$/.test(digits)) return undefined;
  const value = parseInt(digits, 16);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** What is left of `range` without the numbers of `hole`: none, one or two ranges. */
export function withoutHole(range: SerialRange, hole: SerialRange): SerialRange[] {
  if (!hasSameForm(range, hole) || hole.last < range.first || hole.first > range.last) {
    return [range];
  }
  const rest: SerialRange[] = [];
  if (range.first < hole.first) rest.push({ ...range, last: hole.first - 1 });
  if (range.last > hole.last) rest.push({ ...range, first: hole.last + 1 });
  return rest;
}

/** No casing is lower case (S-31). */
function hasSameForm(one: SerialRange, other: SerialRange): boolean {
  const hasSameCasing = (one.casing ?? "lower") === (other.casing ?? "lower");
  return one.format === other.format && one.length === other.length && hasSameCasing;
}

/** The ranges of a JSON body; refuses with `malformed-ranges` if one of them is not a range. */
export function readRanges(text: string): SerialRange[] {
  const body = parseJson(text);
  if (!isRecord(body) || !Array.isArray(body["ranges"])) throw new Refusal("malformed-ranges");
  return body["ranges"].map(readRange);
}

function readRange(value: unknown): SerialRange {
  if (!isRecord(value)) throw new Refusal("malformed-ranges");
  const format = serialFormats.find((known) => known === value["format"]);
  const { length = null, casing = null, first, last } = value;
  const isWellFormed =
    format !== undefined &&
    (length === null || (isWhole(length) && length >= 1 && length <= serialBytesMax)) &&
    (casing === null || casing === "upper" || casing === "lower") &&
    isWhole(first) &&
    isWhole(last) &&
    first <= last &&
    fits(last, format, length);
  if (!isWellFormed) throw new Refusal("malformed-ranges");
  return { format, length, casing, first, last };
}

function fits(last: number, format: SerialFormat["format"], length: number | null): boolean {
  if (format !== "base10" && format !== "base16") return last <= macMax;
  return length === null || formatSerial(last, { format }).length <= length;
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
