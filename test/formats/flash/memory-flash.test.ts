// The flash of fleets and tools does what the strict fake does, where that one throws nothing.

import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryFlash } from "../../../src/formats/flash/memory-flash.js";
import { NorFlash } from "../../support/nor-flash.js";

const blockBytes = 4096;

function bytesAt(flash: MemoryFlash, byteOffset: number, byteLength: number): Uint8Array {
  const buffer = new Uint8Array(byteLength);
  flash.read(buffer, byteOffset);
  return buffer;
}

function blank(blocks: number): MemoryFlash {
  return new MemoryFlash(new Uint8Array(blocks * blockBytes).fill(0xff));
}

describe("the flash in memory", () => {
  it("works on the bytes it was given, in place", () => {
    const bytes = new Uint8Array(2 * blockBytes).fill(0xff);
    const flash = new MemoryFlash(bytes);
    flash.write(Uint8Array.of(1, 2, 3), 4095);
    assert.deepEqual(bytes.subarray(4095, 4098), Uint8Array.of(1, 2, 3));
    bytes[0] = 7;
    assert.deepEqual(bytesAt(flash, 0, 1), Uint8Array.of(7));
    assert.deepEqual(flash.status(), { size: 8192, blockLength: 4096, blocks: 2 });
  });

  it("clears bits when it programs, and sets whole blocks when it erases", () => {
    const flash = blank(3);
    flash.write(Uint8Array.of(0b1100), 4096);
    flash.write(Uint8Array.of(0b0110), 4096);
    assert.deepEqual(bytesAt(flash, 4096, 1), Uint8Array.of(0b0100));
    flash.write(Uint8Array.of(0), 4095);
    flash.write(Uint8Array.of(0), 8192);
    flash.eraseBlock(1);
    assert.deepEqual(bytesAt(flash, 4095, 2), Uint8Array.of(0, 0xff));
    assert.deepEqual(bytesAt(flash, 8191, 2), Uint8Array.of(0xff, 0));
    flash.eraseBlock(0, 3);
    assert.ok(flash.bytes.every((byte) => byte === 0xff));
  });

  it("refuses a size that is not made of blocks", () => {
    for (const size of [0, 1, 4095, 4097]) {
      assert.throws(() => new MemoryFlash(new Uint8Array(size)), RangeError, `${size}`);
    }
  });

  it("refuses whatever leaves the flash, and changes nothing", () => {
    const flash = blank(2);
    const wrong = [
      () => bytesAt(flash, 8190, 3),
      () => bytesAt(flash, -1, 1),
      () => bytesAt(flash, NaN, 1),
      () => {
        flash.write(Uint8Array.of(0, 0), 8191);
      },
      () => {
        flash.write(Uint8Array.of(0), -1);
      },
      () => {
        flash.eraseBlock(2);
      },
      () => {
        flash.eraseBlock(-1, 1);
      },
      () => {
        flash.eraseBlock(0, 3);
      },
      () => {
        flash.eraseBlock(1, 0);
      },
    ];
    for (const call of wrong) assert.throws(call, RangeError, call.toString());
    assert.ok(flash.bytes.every((byte) => byte === 0xff));
  });

  it("holds the same as the strict fake after any programs and erases", () => {
    const blocks = 3;
    const size = blocks * blockBytes;
    const operation = fc.oneof(
      fc.record({
        bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
        byteOffset: fc.nat(size - 64),
      }),
      fc.record({ first: fc.nat(blocks - 1), count: fc.integer({ min: 1, max: blocks }) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
        const flash = blank(blocks);
        const strict = new NorFlash({ size, overwrite: "and" });
        for (const one of operations) {
          for (const target of [flash, strict]) {
            if ("bytes" in one) target.write(one.bytes, one.byteOffset);
            else target.eraseBlock(one.first, Math.min(one.first + one.count, blocks));
          }
        }
        assert.deepEqual(flash.bytes, strict.snapshot().content);
      }),
      { numRuns: 50 },
    );
  });
});
