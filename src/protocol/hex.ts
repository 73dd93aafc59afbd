// Bytes as hexadecimal digits, two for each byte: written in lower case, read in either.

import { decodeUtf8 } from "./utf8.js";

export function toHex(bytes: Uint8Array): string {
  const characters = new Uint8Array(2 * bytes.length);
  let end = 0;
  for (const byte of bytes) {
    characters[end++] = digitCharacter(byte >> 4);
    characters[end++] = digitCharacter(byte & 15);
  }
  return decodeUtf8(characters);
}

/** The bytes, or undefined if `text` is anything but pairs of hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < text.length; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit === -1) return undefined;
    const index = at >> 1;
    bytes[index] = ((bytes[index] ?? 0) << 4) | digit;
  }
  return bytes;
}

function digitCharacter(value: number): number {
  return value < 10 ? 0x30 + value : 0x61 + value - 10;
}

/** The value of the digit, or -1. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}
