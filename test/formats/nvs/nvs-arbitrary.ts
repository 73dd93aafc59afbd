// Random contents of an NVS partition for property tests.

import fc from "fast-check";

import type { NvsEntry, NvsValue } from "../../../src/formats/nvs/nvs-value.js";

/** Sizes around those of an entry and of a page, where the code has its borders. */
const anySize = fc.oneof(
  fc.nat(100),
  fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 65, 3967, 3968, 3969, 3999, 4000),
);

const anyNumber = fc.oneof(
  numbers("u8", 0, 0xff),
  numbers("i8", -0x80, 0x7f),
  numbers("u16", 0, 0xffff),
  numbers("i16", -0x8000, 0x7fff),
  numbers("u32", 0, 0xffffffff),
  numbers("i32", -0x80000000, 0x7fffffff),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value): NvsValue => ({ type: "u64", value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): NvsValue => {
    return { type: "i64", value };
  }),
  fc.double({ noNaN: true }).map((value): NvsValue => ({ type: "double", value })),
  fc.float({ noNaN: true }).map((value): NvsValue => ({ type: "float", value })),
);

/** Strings of one letter, which makes their length in bytes exact, and strings of any. */
const anyString = fc
  .oneof(
    fc.tuple(anySize, fc.constantFrom("a", "z")).map(([size, letter]) => {
      return letter.repeat(Math.min(size, 3999));
    }),
    fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
  )
  .map((value): NvsValue => ({ type: "string", value }));

/** Bytes of one value, FF among them (payload that looks erased), up to `bytesMax`. */
export function anyBlob(bytesMax: number): fc.Arbitrary<NvsValue> {
  return fc.tuple(fc.oneof(anySize, fc.nat(bytesMax)), fc.nat(255)).map(([size, byte]) => {
    return { type: "blob", value: new Uint8Array(Math.min(size, bytesMax)).fill(byte) };
  });
}

export const anyValue: fc.Arbitrary<NvsValue> = fc.oneof(
  { weight: 3, arbitrary: anyNumber },
  { weight: 2, arbitrary: anyString },
  { weight: 1, arbitrary: anyBlob(300) },
);

const anyName = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 15 });

/** Contents that fit into five pages. No key is there twice. */
export const anyEntries: fc.Arbitrary<NvsEntry[]> = fc
  .uniqueArray(fc.tuple(anyName, anyName, fc.oneof(anyValue, anyValue, anyBlob(6000))), {
    maxLength: 12,
    selector: ([namespace, key]) => JSON.stringify([namespace, key]),
  })
  .map((list) =>
    keepWhatFits(list.map(([namespace, key, value]) => ({ namespace, key, ...value }))),
  );

/** The longest prefix of at most four pages, counted generously. */
function keepWhatFits(entries: NvsEntry[]): NvsEntry[] {
  let room = 4 * 126 - 100;
  return entries.filter(({ value }) => {
    const bytes = typeof value === "object" || typeof value === "string" ? value.length * 3 : 0;
    room -= 4 + Math.ceil(bytes / 32);
    return room > 0;
  });
}

function numbers(
  type: "u8" | "i8" | "u16" | "i16" | "u32" | "i32",
  min: number,
  max: number,
): fc.Arbitrary<NvsValue> {
  return fc.integer({ min, max }).map((value) => ({ type, value }));
}
