// Bytes as hexadecimal digits, there and back.

import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex, toHex } from "../../src/protocol/hex.js";

describe("hex", () => {
  it("writes what Node writes, and reads it back in either case", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = toHex(bytes);
        assert.equal(text, Buffer.from(bytes).toString("hex"));
        assert.deepEqual(fromHex(text), bytes);
        assert.deepEqual(fromHex(text.toUpperCase()), bytes);
      }),
    );
  });

  it("refuses half bytes and other digits", () => {
    for (const text of ["0", "abc", "0g", "g0", "0x", " 0", "0 ", "0/", "0:", "0@", "0`", "٠٠"]) {
      assert.equal(fromHex(text), undefined, text);
    }
  });
});
