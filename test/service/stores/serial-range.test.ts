import assert from "node:assert/strict";
import fc from "fast-check";
import { formatSerial } from "../../../src/protocol/mac-serial.js";
import type { SerialRange } from "../../../src/protocol/serial-range.js";
import { Refusal } from "../../../src/service/errors.js";
import { RangeIndex } from "../../../src/service/stores/range-index.js";
import { readNumber, readRanges, withoutHole } from "../../../src/service/stores/serial-range.js";

const formats = ["base10", "base16", "mac:48", "mac-48", "mac.48"] as const;
const base: SerialRange = { format: "base10", length: null, casing: null, first: 0, last: 255 };

/** The definition of S-31, one range and one serial at a time: what the index must agree with. */
function containsSerial(range: SerialRange, sn: string): boolean {
  const value = readNumber(range.format, sn);
  if (value === undefined || value < range.first || value > range.last) return false;
  return formatSerial(value, range) === sn;
}

/** Small ranges of every format, around the numbers at which digits are added. */
const anyRange = fc
  .record({
    format: fc.constantFrom(...formats),
    length: fc.constantFrom(null, 4),
    casing: fc.constantFrom(null, "upper" as const, "lower" as const),
    first: fc.nat(300),
    count: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ first, count, ...form }): SerialRange => ({ ...form, first, last: first + count - 1 }));

describe("a range of serials", () => {
  it("contains what its numbers look like, in five formats", () => {
    const upper = { casing: "upper", first: 0x0102030405ab, last: 0x0102030405ff } as const;
    const examples: [SerialRange, string, string][] = [
      [base, "7", "07"],
      [{ ...base, length: 4 }, "0007", "7"],
      [{ ...base, format: "base16" }, "ff", "FF"],
      [{ ...base, format: "base16", length: 4, casing: "upper" }, "00FF", "00ff"],
      [{ ...base, ...upper, format: "mac:48" }, "01:02:03:04:05:AB", "01-02-03-04-05-AB"],
      [{ ...base, ...upper, format: "mac-48" }, "01-02-03-04-05-AB", "0102030405AB"],
      [{ ...base, ...upper, format: "mac.48" }, "0102.0304.05AB", "0102.0304.05ab"],
    ];
    for (const [range, inside, outside] of examples) {
      assert.ok(containsSerial(range, inside), inside);
      assert.ok(!containsSerial(range, outside), outside);
    }
  });

  it("contains its first and its last number, and none beside them", () => {
    fc.assert(
      fc.property(anyRange, (range) => {
        for (let value = 0; value < 400; value++) {
          const isInside = value >= range.first && value <= range.last;
          assert.equal(containsSerial(range, formatSerial(value, range)), isInside);
        }
      }),
    );
  });

  it("takes no text for a number that is written otherwise", () => {
    for (const sn of ["", " 7", "+7", "7.0", "0x7", "1e1", "-0", "7 ", "９", "9".repeat(100)]) {
      for (const format of formats) assert.ok(!containsSerial({ ...base, format }, sn), sn);
    }
  });

  it("is found in an index exactly if one of the ranges contains the serial", () => {
    const anySerial = fc.oneof(
      fc.tuple(anyRange, fc.nat(400)).map(([range, value]) => formatSerial(value, range)),
      fc.string({ unit: fc.constantFrom(...Array.from("0019afAF:.-")), maxLength: 17 }),
    );
    fc.assert(
      fc.property(
        fc.array(anyRange, { maxLength: 12 }),
        fc.array(anySerial, { maxLength: 20 }),
        (ranges, serials) => {
          const index = new RangeIndex(ranges);
          for (const sn of serials) {
            assert.equal(
              index.has(sn),
              ranges.some((range) => containsSerial(range, sn)),
              sn,
            );
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("loses exactly the numbers of a hole of the same form", () => {
    fc.assert(
      fc.property(anyRange, fc.nat(340), fc.nat(340), (range, one, other) => {
        const hole = { ...range, first: Math.min(one, other), last: Math.max(one, other) };
        const rest = withoutHole(range, hole);
        for (let value = 0; value < 400; value++) {
          const isHeld = rest.some(({ first, last }) => value >= first && value <= last);
          const wasHeld = value >= range.first && value <= range.last;
          assert.equal(isHeld, wasHeld && (value < hole.first || value > hole.last));
        }
        assert.ok(rest.every(({ first, last }) => first <= last));
      }),
    );
  });

  it("loses nothing to a hole of another form", () => {
    for (const other of [
      { length: 3 },
      { casing: "upper" as const },
      { format: "base16" as const },
    ]) {
      assert.deepEqual(withoutHole(base, { ...base, ...other }), [base]);
    }
  });

  it("loses numbers to a hole that says lower case where it says nothing, and the reverse", () => {
    const [silent, lower] = [base, { ...base, casing: "lower" as const }];
    assert.deepEqual(withoutHole(silent, lower), []);
    assert.deepEqual(withoutHole(lower, silent), []);
  });

  it("is read from any text, or refused", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          readRanges(`{"ranges":[${text}]}`);
        } catch (error) {
          assert.ok(error instanceof Refusal && error.code === "malformed-ranges");
        }
      }),
    );
  });
});
