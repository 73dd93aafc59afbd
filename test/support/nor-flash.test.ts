import assert from "node:assert/strict";

import { type Cut, cutsIn, NorFlash, PowerCut } from "./nor-flash.js";

const blockLength = 16;
const size = 3 * blockLength;

function blank(options: { readOnly?: boolean; overwrite?: "throw" | "and" } = {}): NorFlash {
  return new NorFlash({ size, blockLength, ...options });
}

/** A partition with `byte` everywhere. */
function filled(byte: number): NorFlash {
  return NorFlash.of(new Uint8Array(size).fill(byte), { blockLength });
}

function bytesAt(flash: NorFlash, byteOffset: number, byteLength: number): number[] {
  const bytes = new Uint8Array(byteLength);
  flash.read(bytes, byteOffset);
  return Array.from(bytes);
}

/** Runs `operate` under `cut`, asserts that the cut fell, and brings the power back. */
function runCut(flash: NorFlash, cut: Cut, operate: () => void): void {
  flash.cutAt(cut);
  assert.throws(operate, PowerCut);
  assert.equal(flash.wasCut, true, "the cut was not delivered");
  flash.powerOn();
}

describe("NorFlash", () => {
  it("is erased when new, and reads back what was programmed, at any alignment", () => {
    const flash = blank();
    assert.deepEqual(bytesAt(flash, 0, size), new Array(size).fill(0xff));
    flash.write(Uint8Array.of(1, 2, 3), 15);
    assert.deepEqual(bytesAt(flash, 14, 5), [0xff, 1, 2, 3, 0xff]);
    assert.deepEqual(flash.status(), { size, blockLength, blocks: 3 });
  });

  it("clears more bits of a programmed byte", () => {
    const flash = blank();
    flash.write(Uint8Array.of(0xf0), 3);
    flash.write(Uint8Array.of(0x80), 3);
    assert.deepEqual(bytesAt(flash, 3, 1), [0x80]);
  });

  it("refuses to program 0 -> 1, and programs nothing then", () => {
    const flash = blank();
    flash.write(Uint8Array.of(0xf0), 3);
    assert.throws(() => {
      flash.write(Uint8Array.of(0, 0xf1), 2);
    }, /byte 3: programming f1 over f0 needs 0 -> 1/);
    assert.deepEqual(bytesAt(flash, 2, 2), [0xff, 0xf0]);
  });

  it("gives old AND new if told to behave as the chip", () => {
    const flash = blank({ overwrite: "and" });
    flash.write(Uint8Array.of(0xf0), 3);
    flash.write(Uint8Array.of(0x1f), 3);
    assert.deepEqual(bytesAt(flash, 3, 1), [0x10]);
  });

  it("erases whole blocks, one by default, and nothing else", () => {
    const flash = filled(0);
    flash.eraseBlock(1);
    assert.deepEqual(bytesAt(flash, 15, 18), [0, ...new Array<number>(16).fill(0xff), 0]);
    flash.eraseBlock(1, 3);
    assert.deepEqual(bytesAt(flash, 31, 17), new Array(17).fill(0xff));
    assert.equal(bytesAt(flash, 15, 1)[0], 0);
  });

  it("refuses what leaves the partition", () => {
    const flash = blank();
    for (const operate of [
      () => bytesAt(flash, size - 1, 2),
      () => bytesAt(flash, -1, 1),
      () => {
        flash.write(new Uint8Array(2), size - 1);
      },
      () => {
        flash.eraseBlock(3);
      },
      () => {
        flash.eraseBlock(2, 1);
      },
    ]) {
      assert.throws(operate, /leave|bad range/);
    }
  });

  it("refuses a size that is not a multiple of the block length", () => {
    assert.throws(() => new NorFlash({ size: 100 }), /not a multiple/);
  });

  it("refuses writes if read-only, and everything after close", () => {
    const readOnly = blank({ readOnly: true });
    for (const operate of [
      () => {
        readOnly.write(new Uint8Array(1), 0);
      },
      () => {
        readOnly.eraseBlock(0);
      },
    ]) {
      assert.throws(operate, /read-only/);
    }
    readOnly.close();
    assert.throws(() => bytesAt(readOnly, 0, 1), /closed/);
  });

  it("counts what it was asked", () => {
    const flash = blank();
    bytesAt(flash, 0, 5);
    flash.write(new Uint8Array(7), 0);
    flash.eraseBlock(0, 2);
    const counts = { reads: 1, readBytes: 5, programs: 1, programmedBytes: 7, erases: 2 };
    assert.deepEqual(flash.counts, counts);
    flash.resetCounts();
    assert.equal(flash.counts.reads, 0);
  });

  it("restores a snapshot", () => {
    const flash = blank();
    const before = flash.snapshot();
    flash.write(Uint8Array.of(1), 0);
    flash.restore(before);
    assert.deepEqual(bytesAt(flash, 0, 1), [0xff]);
  });
});

describe("NorFlash, power cuts", () => {
  it("cuts before an operation: nothing is done", () => {
    const flash = filled(0xff);
    runCut(flash, { operation: 1, bytes: 0 }, () => {
      flash.write(Uint8Array.of(1), 0);
      flash.write(Uint8Array.of(2), 1);
    });
    assert.deepEqual(bytesAt(flash, 0, 2), [1, 0xff]);
  });

  it("cuts after an operation: all of it is done, and the call throws", () => {
    const flash = filled(0xff);
    runCut(flash, { operation: 0, bytes: 2 }, () => {
      flash.write(Uint8Array.of(1, 2), 0);
    });
    assert.deepEqual(bytesAt(flash, 0, 3), [1, 2, 0xff]);
  });

  it("cuts within a program: a prefix is done, the byte at the border in part", () => {
    const flash = filled(0xff);
    runCut(flash, { operation: 0, bytes: 1, border: 0x0f }, () => {
      flash.write(Uint8Array.of(0x11, 0x22, 0x33), 4);
    });
    assert.deepEqual(bytesAt(flash, 3, 4), [0xff, 0x11, 0xf2, 0xff]);
  });

  it("cuts within an erase from either end: the rest is old, other blocks are whole", () => {
    for (const fromEnd of [false, true]) {
      const flash = filled(0);
      runCut(flash, { operation: 1, bytes: 12, border: 0x80, fromEnd }, () => {
        flash.eraseBlock(0, 3);
      });
      const erased = new Array<number>(12).fill(0xff);
      const border = fromEnd ? [0, 0, 0, 0x80, ...erased] : [...erased, 0x80, 0, 0, 0];
      assert.deepEqual(bytesAt(flash, 0, 16), new Array(16).fill(0xff));
      assert.deepEqual(bytesAt(flash, 16, 16), border);
      assert.deepEqual(bytesAt(flash, 32, 16), new Array(16).fill(0));
    }
  });

  it("leaves an unfinished erase unstable, the same way for the same seed", () => {
    const readings = [7, 7, 8].map((unstableSeed) => {
      const flash = filled(0x0f);
      runCut(flash, { operation: 0, bytes: 8, unstableSeed }, () => {
        flash.eraseBlock(0);
      });
      assert.deepEqual(bytesAt(flash, 0, 8), new Array(8).fill(0xff));
      const [first, second] = [bytesAt(flash, 8, 8), bytesAt(flash, 8, 8)];
      assert.notDeepEqual(first, second, "two reads are equal");
      for (const byte of [...first, ...second]) assert.equal(byte & 0x0f, 0x0f);
      return [first, second];
    });
    assert.deepEqual(readings[0], readings[1]);
    assert.notDeepEqual(readings[0], readings[2]);
  });

  it("refuses to program an unstable byte, but to 0, until the block is erased again", () => {
    const flash = filled(0xff);
    runCut(flash, { operation: 0, bytes: 0, unstableSeed: 1 }, () => {
      flash.eraseBlock(0);
    });
    const program = () => {
      flash.write(Uint8Array.of(1), 9);
    };
    assert.throws(program, /cut short/);
    flash.write(Uint8Array.of(0), 9);
    assert.deepEqual([bytesAt(flash, 9, 1), bytesAt(flash, 9, 1)], [[0], [0]]);
    flash.eraseBlock(0);
    program();
    assert.deepEqual(bytesAt(flash, 8, 3), [0xff, 1, 0xff]);
  });

  it("is dead after a cut until power is back", () => {
    const flash = blank();
    flash.cutAt({ operation: 0, bytes: 0 });
    const calls = [
      () => {
        flash.eraseBlock(0);
      },
      () => {
        flash.write(new Uint8Array(1), 0);
      },
      () => bytesAt(flash, 0, 1),
      () => flash.status(),
    ];
    for (const call of calls) assert.throws(call, PowerCut);
    flash.powerOn();
    assert.deepEqual(bytesAt(flash, 0, 1), [0xff]);
  });

  it("delivers every cut that cutsIn lists", () => {
    const operate = (flash: NorFlash) => {
      flash.write(Uint8Array.of(1, 2, 3), 0);
      flash.eraseBlock(0, 2);
    };
    const clean = blank();
    operate(clean);
    assert.deepEqual(
      clean.operations.map(({ kind }) => kind),
      ["program", "erase", "erase"],
    );
    const grid = { borders: [0, 0x55], eraseStep: 4, unstableSeed: 3 };
    const cuts = [...cutsIn(clean.operations, grid)];
    assert.equal(new Set(cuts.map((cut) => JSON.stringify(cut))).size, cuts.length);
    assert.equal(cuts.length, 1 + 5 + 1 + 2 * (1 + 1 + 3 * 2 * 2 + 1));
    for (const cut of cuts) {
      const flash = blank();
      runCut(flash, cut, () => {
        operate(flash);
      });
    }
  });
});
