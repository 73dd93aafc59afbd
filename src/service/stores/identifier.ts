// RIDs, CIKs, tokens and codes: 40 lower-case hexadecimal digits from the system's random source
// (S-13). Old clients check the length, and some the alphabet.

import { randomBytes } from "node:crypto";

const identifierBytes = 20;

export function newIdentifier(): string {
  return randomBytes(identifierBytes).toString("hex");
}

export function isIdentifier(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
