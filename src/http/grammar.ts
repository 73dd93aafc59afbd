// The byte classes and the few terminals of HTTP/1.1: RFC 9110 section 5.6, RFC 9112 section 2.
//
// Everything works on a line as bytes, from `start` up to, not including, `end`, and allocates
// nothing. A line never contains its CRLF.

import { isAlphanumeric, isDigit } from "../protocol/ascii.js";
import { RemoteProtocolError } from "./protocol-error.js";

const tab = 0x09;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const comma = 0x2c;
export const colon = 0x3a;
export const semicolon = 0x3b;

/** The byte at `index`, or -1 behind the end: no byte class contains it. */
export function byteAt(line: Uint8Array, index: number): number {
  return line[index] ?? -1;
}

/** OWS: a space or a horizontal tab. */
export function isBlank(byte: number): boolean {
  return byte === space || byte === tab;
}

/** tchar: what a field name is made of. */
export function isTokenByte(byte: number): boolean {
  if (isAlphanumeric(byte)) return true;
  switch (byte) {
    case 0x2d: // -
    case 0x5f: // _
    case 0x2e: // .
    case 0x21: // !
    case 0x23: // #
    case 0x24: // $
    case 0x25: // %
    case 0x26: // &
    case 0x27: // '
    case 0x2a: // *
    case 0x2b: // +
    case 0x5e: // ^
    case 0x60: // `
    case 0x7c: // |
    case 0x7e: // ~
      return true;
    default:
      return false;
  }
}

/** What may stand in a field value or a reason phrase: HTAB, SP, VCHAR, obs-text. */
export function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte !== 0x7f) || byte === tab;
}

/**
 * The number in `start..end`: 1*DIGIT, no sign, no blank, at most 2^53 - 1; undefined otherwise.
 * Leading zeros are digits like others.
 */
export function decimal(line: Uint8Array, start: number, end: number): number | undefined {
  if (start >= end) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = byteAt(line, at);
    if (!isDigit(byte)) return undefined;
    value = value * 10 + (byte - 0x30);
    if (value > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return value;
}

/** Whether a line begins with `text`, byte for byte. */
export function startsWith(line: Uint8Array, length: number, text: string): boolean {
  if (length < text.length) return false;
  for (let at = 0; at < text.length; at++) {
    if (line[at] !== text.charCodeAt(at)) return false;
  }
  return true;
}

/** Whether `start..end` reads `text`, which is in lower case, in any case. */
export function equalsIgnoringCase(
  line: Uint8Array,
  start: number,
  end: number,
  text: string,
): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) {
    const byte = byteAt(line, start + at);
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (lower !== text.charCodeAt(at)) return false;
  }
  return true;
}

/** Refuses control characters in `start..end`. */
export function checkText(line: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const byte = byteAt(line, at);
    if (isTextByte(byte)) continue;
    if (byte === carriageReturn) refuseBareReturn(at + 1);
    refuseControl(byte, at);
  }
}

/** Throws: something else than LF stands at byte `at`, behind a CR. */
export function refuseBareReturn(at: number): never {
  throw new RemoteProtocolError(
    "bare-carriage-return",
    `expected LF after CR, got something else at byte ${at} of a line`,
  );
}

/** Throws: a control character stands at byte `at`. */
export function refuseControl(byte: number, at: number): never {
  throw new RemoteProtocolError(
    "field-value",
    `expected text, got control character ${byte} at byte ${at} of a line`,
  );
}
