// A range of serials as people type it: its first and its last serial. Leading zeros and the case of
// letters mean what they say: a serial 0001 has four digits.

import { serialBytesMax } from "../../../protocol/limits.js";
import { formatSerial } from "../../../protocol/mac-serial.js";
import type { SerialRange } from "../../../protocol/serial-range.js";

export interface RangeForm {
  /** Absent: told by the separators of a MAC address; without them, decimal. */
  readonly format?: SerialRange["format"];
  /** Digits. Absent: as many as are typed, if there is a leading zero. */
  readonly length?: number;
  /** Absent: as it is typed. */
  readonly casing?: "upper" | "lower";
}

/** What was typed contradicts itself, or is no range. One sentence. */
export class TypedRangeError extends Error {
  override readonly name = "TypedRangeError";
}

const macDigits = 12;

/** Throws a TypedRangeError. */
export function typedRange(firstText: string, lastText: string, form: RangeForm): SerialRange {
  const texts = [firstText, lastText] as const;
  const format = form.format ?? formatOf(texts);
  const first = numberOf(firstText, format);
  const last = numberOf(lastText, format);
  if (first > last) {
    throw new TypedRangeError(`expected a first serial before ${lastText}, got ${firstText}`);
  }
  const isMac = format.startsWith("mac");
  const length = isMac ? null : lengthOf(texts, form.length);
  const casing = format === "base10" ? null : casingOf(texts, form.casing);
  const range = { format, length, casing, first, last };
  for (const [text, value] of [
    [firstText, first],
    [lastText, last],
  ] as const) {
    const made = formatSerial(value, range);
    if (length !== null && made.length > length) {
      throw new TypedRangeError(`${text} has more than ${length} digits`);
    }
  }
  return range;
}

/** The serials of a range, one after the other. */
export function* serialsOf(range: SerialRange): Generator<string, void, void> {
  for (let value = range.first; value <= range.last; value++) yield formatSerial(value, range);
}

/** "0001 to 9999: 9999 serials, base10, 4 digits" */
export function describeRange(range: SerialRange): string {
  const { format, length, casing, first, last } = range;
  const [begin, end] = [formatSerial(first, range), formatSerial(last, range)];
  const count = last - first + 1;
  const details = [
    `${count} ${count === 1 ? "serial" : "serials"}`,
    format,
    ...(length === null ? [] : [`${length} ${length === 1 ? "digit" : "digits"}`]),
    ...(format === "base10" ? [] : [`${casing ?? "lower"} case`]),
  ];
  return `${begin} to ${end}: ${details.join(", ")}`;
}

function formatOf(texts: readonly string[]): SerialRange["format"] {
  const all = texts.join("");
  if (all.includes(":")) return "mac:48";
  if (all.includes("-")) return "mac-48";
  if (all.includes(".")) return "mac.48";
  if (/^[0-9]*[a-f][0-9a-f]*$/i.test(all)) {
    throw new TypedRangeError(
      `${texts.join(" and ")} have letters: say how they are written, with --format base16 or mac:48`,
    );
  }
  return "base10";
}

/** The number that a serial, or the bare digits of a MAC address, stand for. */
function numberOf(text: string, format: SerialRange["format"]): number {
  const isMac = format.startsWith("mac");
  const separator = format.charAt(3);
  const digits = isMac ? text.replaceAll(separator, "") : text;
  const isNumber = format === "base10" ? /^\d+$/.test(digits) : /^[0-9a-f]+$/i.test(digits);
  if (isMac && isNumber && digits.length !== macDigits) {
    throw new TypedRangeError(
      `${text} has ${digits.length} digits, a MAC address has ${macDigits}`,
    );
  }
  const value = isNumber ? parseInt(digits, format === "base10" ? 10 : 16) : NaN;
  const isWellSeparated = digits === text || formatSerial(value, { format }) === text.toLowerCase();
  if (Number.isSafeInteger(value) && isWellSeparated) return value;
  throw new TypedRangeError(`expected a ${format} serial below 2^53, got "${text}"`);
}

/** Leading zeros say how many digits a serial has. */
function lengthOf(texts: readonly [string, string], wanted: number | undefined): number | null {
  const [first, last] = texts;
  const padded = texts.find((text) => text.startsWith("0") && text.length > 1);
  if (padded === undefined) return wanted ?? null;
  const length = wanted ?? padded.length;
  if (padded.length !== length) {
    throw new TypedRangeError(`${padded} has ${padded.length} digits, --length is ${length}`);
  }
  if (wanted === undefined && first.length !== last.length) {
    throw new TypedRangeError(
      `${first} has ${first.length} digits and ${last} has ${last.length}: ` +
        "write both with the same number of digits, or use --length",
    );
  }
  if (length > serialBytesMax)
    throw new TypedRangeError(`${padded} has more digits than a serial may`);
  return length;
}

function casingOf(
  texts: readonly string[],
  wanted: "upper" | "lower" | undefined,
): "upper" | "lower" | null {
  const all = texts.join("");
  const [hasUpper, hasLower] = [/[A-F]/.test(all), /[a-f]/.test(all)];
  if (hasUpper && hasLower) {
    throw new TypedRangeError(`${texts.join(" and ")} mix upper and lower case`);
  }
  const typed = hasUpper ? "upper" : hasLower ? "lower" : undefined;
  if (typed !== undefined && wanted !== undefined && typed !== wanted) {
    throw new TypedRangeError(`${texts.join(" and ")} are in ${typed} case, --casing is ${wanted}`);
  }
  return wanted ?? typed ?? null;
}
