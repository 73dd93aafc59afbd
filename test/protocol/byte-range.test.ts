// Byte ranges: the table of S-51, and Content-Range there and back.

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatContentRange,
  formatRange,
  formatUnsatisfiedRange,
  parseContentRange,
  parseRange,
  type RequestedRange,
} from "../../src/protocol/byte-range.js";

const whole: RequestedRange = { kind: "whole" };
const unsatisfiable: RequestedRange = { kind: "unsatisfiable" };

function range(first: number, last: number): RequestedRange {
  return { kind: "range", first, last };
}

describe("parseRange", () => {
  const ofThousand: [header: string | undefined, range: RequestedRange, why: string][] = [
    [undefined, whole, "no header asks for everything"],
    ["bytes=0-255", range(0, 255), "both positions belong to the range"],
    ["bytes=0-0", range(0, 0), "one byte"],
    ["bytes=999-999", range(999, 999), "the last byte"],
    ["bytes=768-1023", range(768, 999), "a last window that runs past the end is cut"],
    ["bytes=0-999", range(0, 999), "all of it is still a range"],
    ["bytes=500-", range(500, 999), "from a position on"],
    ["bytes=0-", range(0, 999), "from the first on"],
    ["bytes=-300", range(700, 999), "the last 300"],
    ["bytes=-1000", range(0, 999), "the last 1000 are all"],
    ["bytes=-1001", range(0, 999), "no more than all"],
    ["bytes=0-99999999999999999999", range(0, 999), "a number beyond 2^53 is past the end"],
    ["bytes=-99999999999999999999", range(0, 999), "or more than all"],
    ["BYTES=0-9", range(0, 9), "units are compared without case"],
    [" bytes = 0-9 ", range(0, 9), "blanks around the parts"],
    ["bytes=-0", unsatisfiable, "the last none"],
    ["bytes=1000-", unsatisfiable, "behind the end"],
    ["bytes=1000-1001", unsatisfiable, "behind the end"],
    ["bytes=99999999999999999999-", unsatisfiable, "far behind the end"],
    ["bytes=5-4", unsatisfiable, "inverted"],
    ["bytes=-", unsatisfiable, "neither position"],
    ["bytes=", unsatisfiable, "nothing"],
    ["bytes", unsatisfiable, "no value"],
    ["", unsatisfiable, "an empty header"],
    ["=0-9", unsatisfiable, "no unit"],
    ["bytes=5", unsatisfiable, "no hyphen"],
    ["bytes=a-b", unsatisfiable, "no numbers"],
    ["bytes=+1-2", unsatisfiable, "a sign"],
    ["bytes=--2", unsatisfiable, "a sign behind the hyphen"],
    ["bytes=0x0-9", unsatisfiable, "another base"],
    ["bytes=0 -9", unsatisfiable, "a blank within"],
    ["bytes=1.5-2", unsatisfiable, "a fraction"],
    ["bytes=0-1,5-6", unsatisfiable, "several ranges"],
    ["bytes=0-1,", unsatisfiable, "a list of one"],
    ["items=0-9", whole, "another unit is ignored"],
    ["items=a,b", whole, "whatever it says"],
  ];
  for (const [header, expected, why] of ofThousand) {
    it(`takes ${JSON.stringify(header)} of 1000 bytes for ${expected.kind}: ${why}`, () => {
      assert.deepEqual(parseRange(header, 1000), expected);
    });
  }

  it("finds no range in an empty content", () => {
    for (const header of ["bytes=0-", "bytes=0-9", "bytes=-1"]) {
      assert.deepEqual(parseRange(header, 0), unsatisfiable);
    }
    assert.deepEqual(parseRange(undefined, 0), whole);
  });

  it("understands every range that a device writes", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (first, more, rest) => {
        const last = first + more;
        assert.deepEqual(parseRange(formatRange(first, last), last + 1 + rest), range(first, last));
      }),
    );
  });
});

describe("Content-Range", () => {
  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (first, more, rest) => {
        const written = { first, last: first + more, total: first + more + 1 + rest };
        assert.deepEqual(parseContentRange(formatContentRange(written)), written);
      }),
    );
  });

  it("is written as RFC 9110 has it", () => {
    assert.equal(formatContentRange({ first: 0, last: 255, total: 1000 }), "bytes 0-255/1000");
    assert.equal(formatUnsatisfiedRange(1000), "bytes */1000");
  });

  it("is nothing if it is anything else than one range of a known total", () => {
    const others = [
      ...[
        "",
        "bytes",
        "bytes ",
        "bytes 0-9",
        "bytes 0-9/",
        "bytes 0/10",
        "bytes /10",
        "bytes -/10",
      ],
      ...["bytes 0-9/*", "bytes */10", "bytes -9/10", "bytes 0-/10", "bytes 9-0/10"],
      ...["bytes 0-10/10", "bytes 0-9/9", "bytes 0-0/0", "items 0-9/10", "0-9/10", "bytes=0-9/10"],
      ...["bytes  0-9/10", " bytes 0-9/10", "bytes 0-9/10 ", "bytes 0 -9/10", "bytes 0- 9/10"],
      ...["bytes +0-9/10", "bytes 0-+9/10", "bytes 0--9/10", "bytes 0-9/+10", "bytes 0x0-9/10"],
      ...[
        "bytes 0-9/10/10",
        "bytes 0-9-9/10",
        "bytes 0-1,2-3/10",
        "bytes 0/9-10",
        "bytes 0-9.0/10",
      ],
      ...["bytes 0-9/9007199254740992", "bytes 0-9007199254740992/9007199254740993"],
    ];
    for (const text of others) assert.equal(parseContentRange(text), undefined, text);
    assert.deepEqual(parseContentRange("BYTES 00-9/9007199254740991"), {
      first: 0,
      last: 9,
      total: Number.MAX_SAFE_INTEGER,
    });
  });
});
