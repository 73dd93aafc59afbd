// application/x-www-form-urlencoded, in bodies, in queries and in a content's `meta`. It reads what
// twelve years of clients have sent (S-06): nothing is malformed here, only literal.

import { hexDigit } from "./ascii.js";

export type FormPair = readonly [key: string, value: string];

const listSuffix = "[]";

/**
 * The pairs in their order. A key that names a list, `k[]`, keeps its brackets: old clients look
 * for them. Strings must be well-formed UTF-16.
 */
export function encodeForm(pairs: readonly FormPair[]): string {
  return pairs.map(([key, value]) => `${encodeKey(key)}=${encodeComponent(value)}`).join("&");
}

/**
 * The pairs in their order; a key without `=` has the value "". Escaped bytes are UTF-8 or, where
 * they are not, Latin-1; what only looks like an escape stands for itself.
 */
export function decodeForm(text: string): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const key = equals === -1 ? part : part.slice(0, equals);
    const value = equals === -1 ? "" : part.slice(equals + 1);
    pairs.push([decodeComponent(key), decodeComponent(value)]);
  }
  return pairs;
}

/** The first value of `key`, whether sent as `key` or as `key[]`. */
export function formValue(pairs: readonly FormPair[], key: string): string | undefined {
  return pairs.find((pair) => isKey(pair, key))?.[1];
}

/** All values of `key`, whether sent as `key` or as `key[]`. */
export function formValues(pairs: readonly FormPair[], key: string): string[] {
  return pairs.filter((pair) => isKey(pair, key)).map(([, value]) => value);
}

function isKey([sent]: FormPair, key: string): boolean {
  return sent === key || sent === key + listSuffix;
}

function encodeKey(key: string): string {
  return key.endsWith(listSuffix)
    ? encodeComponent(key.slice(0, -listSuffix.length)) + listSuffix
    : encodeComponent(key);
}

/**
 * A colon, legal in a query, stands for itself: so every character that a name may have (S-12) is
 * one byte on the wire.
 */
function encodeComponent(text: string): string {
  return encodeURIComponent(text).replaceAll("%20", "+").replaceAll("%3A", ":");
}

function decodeComponent(text: string): string {
  const spaced = text.replaceAll("+", " ");
  let decoded = "";
  let start = 0;
  for (let at = spaced.indexOf("%"); at !== -1; at = spaced.indexOf("%", start)) {
    const end = escapesEnd(spaced, at);
    decoded += spaced.slice(start, at);
    decoded += end === at ? "%" : decodeEscapes(spaced.slice(at, end));
    start = Math.max(end, at + 1);
  }
  return decoded + spaced.slice(start);
}

/** Where the run of escapes that begins at `at` ends; `at` itself if no escape begins there. */
function escapesEnd(text: string, at: number): number {
  let end = at;
  while (text.charAt(end) === "%" && isHex(text, end + 1) && isHex(text, end + 2)) {
    end += 3;
  }
  return end;
}

function decodeEscapes(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    // Not UTF-8.
    return escapes
      .slice(1)
      .split("%")
      .map((byte) => String.fromCharCode(parseInt(byte, 16)))
      .join("");
  }
}

function isHex(text: string, at: number): boolean {
  return hexDigit(text.charCodeAt(at)) !== -1;
}
