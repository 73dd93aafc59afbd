// Whole numbers: what `Number` lets through and the protocol does not.

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDecimal } from "../../src/protocol/decimal.js";

describe("parseDecimal", () => {
  it("reads every whole number up to 2^53 - 1, leading zeros or not", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(3), (value, zeros) => {
        assert.equal(parseDecimal("0".repeat(zeros) + String(value)), value);
      }),
    );
    assert.equal(parseDecimal("9007199254740991"), Number.MAX_SAFE_INTEGER);
  });

  it("refuses everything else", () => {
    const others = ["", " ", "+1", "-1", "1 ", " 1", "1.0", "1e3", "0x1", "1_0", "١", "NaN", "1\0"];
    for (const text of [...others, "9007199254740992", "18446744073709551616", "9".repeat(400)]) {
      assert.equal(parseDecimal(text), undefined, JSON.stringify(text));
    }
  });
});
