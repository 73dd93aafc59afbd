// A partition is all that its window shows, and nothing beside it can be reached.

import assert from "node:assert/strict";
import { FlashWindow } from "../../../src/formats/flash/flash-window.js";
import { NorFlash } from "../../support/nor-flash.js";

const windowOffset = 0x2000;
const windowSize = 0x2000;
const fill = 0x55;

/** A flash full of `fill`, and a window of two blocks in its middle. */
function open(readOnly = false): { readonly flash: NorFlash; readonly window: FlashWindow } {
  const flash = NorFlash.of(new Uint8Array(0x6000).fill(fill));
  return { flash, window: new FlashWindow(flash, windowOffset, windowSize, readOnly) };
}

describe("a partition's window", () => {
  it("reads, programs and erases at its own offsets", () => {
    const { flash, window } = open();
    window.eraseBlock(1);
    window.write(Uint8Array.of(1, 2, 3), windowSize - 3);
    const end = new Uint8Array(4);
    window.read(end, windowSize - 4);
    assert.deepEqual(end, Uint8Array.of(0xff, 1, 2, 3));
    const { content } = flash.snapshot();
    assert.deepEqual(content.subarray(0x3ffd, 0x4001), Uint8Array.of(1, 2, 3, fill));
    assert.deepEqual(
      flash.operations.map(({ kind, byteOffset }) => [kind, byteOffset]),
      [
        ["erase", 0x3000],
        ["program", 0x3ffd],
      ],
    );
  });

  it("erases several blocks, all of its own and no other", () => {
    const { flash, window } = open();
    window.eraseBlock(0, 2);
    const { content } = flash.snapshot();
    const erased = content.map((byte) => (byte === 0xff ? 1 : 0));
    assert.equal(erased.indexOf(1), windowOffset);
    assert.equal(erased.lastIndexOf(1), windowOffset + windowSize - 1);
  });

  it("has a status of its own", () => {
    const { window } = open();
    assert.deepEqual(window.status(), { size: 0x2000, blockLength: 4096, blocks: 2 });
  });

  it("refuses whatever leaves it, on both sides, and touches nothing", () => {
    const { flash, window } = open();
    const wrong = [
      () => {
        window.read(new Uint8Array(2), windowSize - 1);
      },
      () => {
        window.read(new Uint8Array(1), -1);
      },
      () => {
        window.write(Uint8Array.of(0), windowSize);
      },
      () => {
        window.write(Uint8Array.of(0, 0), -1);
      },
      () => {
        window.write(Uint8Array.of(0), NaN);
      },
      () => {
        window.eraseBlock(2);
      },
      () => {
        window.eraseBlock(-1);
      },
      () => {
        window.eraseBlock(0, 3);
      },
      () => {
        window.eraseBlock(2, 1);
      },
    ];
    for (const call of wrong) assert.throws(call, RangeError, call.toString());
    assert.deepEqual(flash.operations, []);
  });

  it("that is read-only reads, and refuses to program and to erase", () => {
    const { flash, window } = open(true);
    const buffer = new Uint8Array(1);
    window.read(buffer, 0);
    assert.deepEqual(buffer, Uint8Array.of(fill));
    assert.throws(() => {
      window.write(Uint8Array.of(0), 0);
    }, /read-only/);
    assert.throws(() => {
      window.eraseBlock(0);
    }, /read-only/);
    assert.deepEqual(flash.operations, []);
  });

  it("that was closed refuses everything, and leaves the flash open to others", () => {
    const { flash, window } = open();
    window.close();
    window.close();
    const calls = [
      () => {
        window.read(new Uint8Array(1), 0);
      },
      () => {
        window.write(Uint8Array.of(0), 0);
      },
      () => {
        window.eraseBlock(0);
      },
      () => window.status(),
    ];
    for (const call of calls) assert.throws(call, /closed/, call.toString());
    new FlashWindow(flash, windowOffset, windowSize).eraseBlock(0);
    assert.equal(flash.operations.length, 1);
  });
});
