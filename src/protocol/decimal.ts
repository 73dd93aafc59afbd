// Whole numbers as the protocol writes them: 1*DIGIT. No sign, no blank, no exponent, and
// nothing else that `Number` would accept.

import { isDigit } from "./ascii.js";

/** The number, at most 2^53 - 1, or undefined. Leading zeros are digits like others. */
export function parseDecimal(text: string): number | undefined {
  if (text.length === 0) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return undefined;
    value = value * 10 + (code - 0x30);
    if (value > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return value;
}
