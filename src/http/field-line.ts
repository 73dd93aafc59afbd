// One field line of a head or of a trailer section: where its name and value are, and whether it
// is well formed. RFC 9112 section 5, RFC 9110 section 5.5. Values are left where they are.
//
//     Content-Length:  42 CRLF
//     |             |  | |
//     0       nameEnd  | valueEnd     (OWS around the value is not part of it)
//                      valueStart

import { decodeUtf8 } from "../protocol/utf8.js";
import {
  byteAt,
  checkText,
  colon,
  comma,
  equalsIgnoringCase,
  isBlank,
  isTokenByte,
} from "./grammar.js";
import { RemoteProtocolError } from "./protocol-error.js";

export class FieldLine {
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  elementStart = 0;
  elementEnd = 0;
  #nextStart = 0;

  /** Finds the parts of a line of `length` bytes, at least one. Throws on every deviation. */
  parse(line: Uint8Array, length: number): void {
    this.parseName(line, length);
    let start = this.nameEnd + 1;
    let end = length;
    while (start < end && isBlank(byteAt(line, start))) start++;
    while (end > start && isBlank(byteAt(line, end - 1))) end--;
    checkText(line, start, end);
    this.valueStart = start;
    this.valueEnd = end;
    this.#nextStart = start;
  }

  /** Finds the name alone, of a line of which the first `length` bytes are known. */
  parseName(line: Uint8Array, length: number): void {
    if (isBlank(byteAt(line, 0))) {
      throw new RemoteProtocolError(
        "obsolete-folding",
        "expected a field name at the start of a line, got a blank",
      );
    }
    let at = 0;
    while (at < length && isTokenByte(byteAt(line, at))) at++;
    if (at === 0 || at === length || byteAt(line, at) !== colon) refuseName(line, at, length);
    this.nameEnd = at;
  }

  valueIs(line: Uint8Array, lowerCaseText: string): boolean {
    return equalsIgnoringCase(line, this.valueStart, this.valueEnd, lowerCaseText);
  }

  nameIs(line: Uint8Array, lowerCaseName: string): boolean {
    return equalsIgnoringCase(line, 0, this.nameEnd, lowerCaseName);
  }

  value(line: Uint8Array): string {
    return decodeUtf8(line, this.valueStart, this.valueEnd);
  }

  /**
   * Moves on to the next element of a value that is a comma-separated list; false: that was all.
   * An empty value has one element, an empty one.
   */
  nextElement(line: Uint8Array): boolean {
    if (this.#nextStart > this.valueEnd) return false;
    let start = this.#nextStart;
    let end = start;
    while (end < this.valueEnd && byteAt(line, end) !== comma) end++;
    this.#nextStart = end + 1;
    while (start < end && isBlank(byteAt(line, start))) start++;
    while (end > start && isBlank(byteAt(line, end - 1))) end--;
    this.elementStart = start;
    this.elementEnd = end;
    return true;
  }

  element(line: Uint8Array): string {
    return decodeUtf8(line, this.elementStart, this.elementEnd);
  }

  elementIs(line: Uint8Array, lowerCaseText: string): boolean {
    return equalsIgnoringCase(line, this.elementStart, this.elementEnd, lowerCaseText);
  }
}

/** Throws: the name of the line ends at `at`, but not at a colon. */
function refuseName(line: Uint8Array, at: number, length: number): never {
  const byte = byteAt(line, at);
  if (at > 0 && at < length && isBlank(byte)) {
    throw new RemoteProtocolError(
      "space-before-colon",
      "expected a colon right behind the field name, got a blank",
    );
  }
  const got = at === length ? "the end of the line" : `byte ${byte}`;
  const expected = at === 0 ? "a field name" : "a colon behind the field name";
  throw new RemoteProtocolError("field-name", `expected ${expected}, got ${got}`);
}
