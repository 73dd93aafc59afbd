import assert from "node:assert/strict";

import fc from "fast-check";

import { decodeUtf8, encodeUtf8 } from "../../src/protocol/utf8.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Strings of every kind of code unit, lone surrogates among them. */
const anyText = fc
  .array(
    fc.oneof(
      fc.nat(0x7f),
      fc.nat(0x7ff),
      fc.nat(0xffff),
      fc.integer({ min: 0xd800, max: 0xdfff }),
      fc.integer({ min: 0x10000, max: 0x10ffff }),
    ),
    { maxLength: 100 },
  )
  .map((points) => String.fromCodePoint(...points));

/** Bytes that often look like UTF-8 and often just miss it. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.nat(0xff),
      fc.integer({ min: 0x80, max: 0xbf }),
      fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0),
      fc.constantFrom(0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff),
    ),
    { maxLength: 200 },
  )
  .map((bytes) => Uint8Array.from(bytes));

describe("UTF-8", () => {
  it("encodes any string as TextEncoder does", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.deepEqual(encodeUtf8(text), encoder.encode(text));
      }),
      { numRuns: 1000 },
    );
  });

  it("decodes any bytes as TextDecoder does, malformed ones included", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        assert.equal(decodeUtf8(bytes), decoder.decode(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it("decodes every sequence of two bytes, and of three with the lead at a border", () => {
    for (let lead = 0; lead < 0x100; lead += 1) {
      for (let next = 0; next < 0x100; next += 1) {
        const bytes = Uint8Array.of(lead, next, 0x80, 0x80);
        assert.equal(decodeUtf8(bytes, 0, 2), decoder.decode(bytes.subarray(0, 2)));
        assert.equal(decodeUtf8(bytes, 0, 3), decoder.decode(bytes.subarray(0, 3)));
        assert.equal(decodeUtf8(bytes), decoder.decode(bytes));
      }
    }
  });

  it("decodes only the range it is given", () => {
    assert.equal(decodeUtf8(encodeUtf8("xgrün!"), 1, 6), "grün");
    assert.equal(decodeUtf8(encodeUtf8("grün"), 0, 3), "gr\ufffd");
  });

  it("takes long text in one piece", () => {
    const text = "é🚀a".repeat(5000);
    assert.equal(decodeUtf8(encodeUtf8(text)), text);
  });
});
