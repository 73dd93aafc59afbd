// Random identities of devices, valid ones and ones that no device would take.

import fc from "fast-check";
import type { DeviceIdentity } from "../../src/factory/device-identity.js";

const letters = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const nameAlphabet = Array.from(`${letters}${letters.toUpperCase()}${digits}._:~- `);
const hostAlphabet = Array.from(`${letters}${letters.toUpperCase()}${digits}-.`);

/** `.` and `..` are steps of a path, and no names. */
const isStep = (text: string): boolean => text === "." || text === "..";

function anyName(maxLength: number): fc.Arbitrary<string> {
  return anyText(nameAlphabet, maxLength).filter((text) => !isStep(text));
}

function anyText(alphabet: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength }),
    // Around the entry's 32 bytes, and as long as it gets.
    fc.constantFrom(30, 31, 32, 33, maxLength).map((length) => "x".repeat(length)),
  );
}

export const anyIdentity: fc.Arbitrary<DeviceIdentity> = fc.record(
  {
    vendor: anyName(64),
    model: anyName(64),
    sn: anyName(128),
    host: anyText(hostAlphabet, 253),
    port: fc.integer({ min: 1, max: 65_535 }),
  },
  { requiredKeys: ["vendor", "model"] },
);

/** Any text, near to valid or far from it. */
export const anyField = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 140 }),
  fc.string({ unit: fc.constantFrom(...nameAlphabet, "/", "\0", "ä", ","), maxLength: 140 }),
);
