// Bytes as hexadecimal digits, two for each byte: written in lower case, read in either.

import { hexDigit } from "./ascii.js";
import { decodeUtf8 } from "./utf8.js";

export function toHex(bytes: Uint8Array): string {
  const characters = new Uint8Array(2 * bytes.length);
  for (let at = 0; at < characters.length; at++) {
    const byte = bytes[at >> 1] ?? 0;
    characters[at] = digitCharacter(at % 2 === 0 ? byte >> 4 : byte & 15);
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
