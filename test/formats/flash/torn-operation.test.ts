import assert from "node:assert/strict";
import {
  borderBitsDefault,
  eraseTorn,
  program,
  programTorn,
} from "../../../src/formats/flash/torn-operation.js";

describe("what a power cut leaves of a program", () => {
  const bytes = Uint8Array.of(0x0f, 0x3c, 0x00);

  function left(torn: Parameters<typeof programTorn>[2], before = [0xff, 0xff, 0xff]): number[] {
    const content = Uint8Array.from(before);
    programTorn(content, bytes, torn);
    return [...content];
  }

  it("is nothing before its first byte, and all of it after its last", () => {
    assert.deepEqual(left({ bytes: 0 }), [0xff, 0xff, 0xff]);
    const whole = Uint8Array.of(0xff, 0xff, 0xff);
    program(whole, bytes);
    assert.deepEqual(left({ bytes: 3 }), [...whole]);
  });

  it("is a prefix, then a byte of which the border's bits were programmed", () => {
    assert.deepEqual(left({ bytes: 1, border: borderBitsDefault }), [0x0f, 0xfc, 0xff]);
    assert.deepEqual(left({ bytes: 1, border: 0xff }), [0x0f, 0x3c, 0xff]);
  });

  it("never sets a bit", () => {
    assert.deepEqual(left({ bytes: 2, border: 0x0f }, [0xf1, 0xc0, 0x55]), [0x01, 0x00, 0x50]);
  });
});

describe("what a power cut leaves of an erase", () => {
  function left(torn: Parameters<typeof eraseTorn>[1]): number[] {
    const block = Uint8Array.of(1, 2, 4, 8);
    eraseTorn(block, torn);
    return [...block];
  }

  it("is one end of the block erased, the other as it was", () => {
    assert.deepEqual(left({ bytes: 2 }), [0xff, 0xff, 4, 8]);
    assert.deepEqual(left({ bytes: 1, fromEnd: true }), [1, 2, 4, 0xff]);
    assert.deepEqual(left({ bytes: 4 }), [0xff, 0xff, 0xff, 0xff]);
  });

  it("is a byte at the border of which some bits are 1 already", () => {
    assert.deepEqual(left({ bytes: 2, border: 0xf0 }), [0xff, 0xff, 0xf4, 8]);
    assert.deepEqual(left({ bytes: 2, border: 0x01, fromEnd: true }), [1, 3, 0xff, 0xff]);
  });
});
