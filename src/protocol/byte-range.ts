// Byte ranges: RFC 9110 section 14 in the form that Provision uses (S-51). One range at a time;
// positions count from 0 and the last one belongs to the range.
//
//     Range: bytes=0-255        Content-Range: bytes 0-255/1000        (416) bytes */1000

import { isDigit } from "./ascii.js";
import { parseDecimal } from "./decimal.js";

/** Which bytes of a content come: 0 <= first <= last < total. */
export interface ContentRange {
  /** Position of the first byte. */
  readonly first: number;
  /** Position of the last byte, inclusive. */
  readonly last: number;
  /** Bytes of the whole content. */
  readonly total: number;
}

/** What a Range header asks of a content. */
export type RequestedRange =
  | { readonly kind: "whole" }
  | { readonly kind: "range"; readonly first: number; readonly last: number }
  | { readonly kind: "unsatisfiable" };

const unit = "bytes ";
const whole: RequestedRange = Object.freeze({ kind: "whole" });
const unsatisfiable: RequestedRange = Object.freeze({ kind: "unsatisfiable" });

/**
 * What the value of a Range header, or its absence, asks of a content of `size` bytes. Another unit
 * than bytes is ignored. Whatever is not exactly one range is unsatisfiable, although a server may
 * answer with the whole: a whole image that a small device did not ask for is the worse failure.
 */
export function parseRange(header: string | undefined, size: number): RequestedRange {
  if (header === undefined) return whole;
  const equals = header.indexOf("=");
  if (equals > 0 && header.slice(0, equals).trim().toLowerCase() !== "bytes") return whole;
  const specifier = header.slice(equals + 1).trim();
  const dash = specifier.indexOf("-");
  if (equals <= 0 || dash === -1 || size === 0) return unsatisfiable;

  const first = parsePosition(specifier.slice(0, dash));
  const last = parsePosition(specifier.slice(dash + 1));
  if (first === "malformed" || last === "malformed") return unsatisfiable;
  if (first === "absent") {
    if (last === "absent" || last === 0) return unsatisfiable;
    return { kind: "range", first: Math.max(0, size - last), last: size - 1 };
  }
  const end = last === "absent" ? size - 1 : Math.min(last, size - 1);
  if (first >= size || (last !== "absent" && last < first)) return unsatisfiable;
  return { kind: "range", first, last: end };
}

/** A number too large for a double counts as infinite: it is only compared with the size. */
function parsePosition(text: string): number | "absent" | "malformed" {
  if (text === "") return "absent";
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) return "malformed";
  }
  return parseDecimal(text) ?? Infinity;
}

/** The value of a Range header. */
export function formatRange(first: number, last: number): string {
  return `bytes=${first}-${last}`;
}

/** The value of the Content-Range header of a 206. */
export function formatContentRange(range: ContentRange): string {
  return `bytes ${range.first}-${range.last}/${range.total}`;
}

/** The value of the Content-Range header of a 416. */
export function formatUnsatisfiedRange(total: number): string {
  return `bytes */${total}`;
}

/** The Content-Range of a 206 with a known total; undefined if it is anything else. */
export function parseContentRange(text: string): ContentRange | undefined {
  const dash = text.indexOf("-");
  const slash = text.indexOf("/");
  if (!isBytes(text) || dash === -1 || slash < dash) return undefined;
  const first = parseDecimal(text.slice(unit.length, dash));
  const last = parseDecimal(text.slice(dash + 1, slash));
  const total = parseDecimal(text.slice(slash + 1));
  if (first === undefined || last === undefined || total === undefined) return undefined;
  return first <= last && last < total ? { first, last, total } : undefined;
}

/** Range units are compared without case. */
function isBytes(text: string): boolean {
  return text.slice(0, unit.length).toLowerCase() === unit;
}
