// The power cuts of a chip that has no engine are those of the engine.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CuttingFlash } from "../../../src/simulator/chip/cutting-flash.js";
import { FlashFile, PowerFailure } from "../../../src/simulator/chip/flash-file.js";
import type { PowerCut } from "../../../src/simulator/chip/power-cut.js";

const slotOffset = 0x20000;
const fileBytes = 0x22000;

describe("the flash of a chip without an engine", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cutting-flash-"));
    path = join(folder, "flash.bin");
    writeFileSync(path, Buffer.alloc(fileBytes, 0xff));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function cutIn(cut: PowerCut, operate: (flash: CuttingFlash) => void): Buffer {
    let cuts = 0;
    const flash = new CuttingFlash(new FlashFile(path), () => (cuts += 1));
    flash.arm(cut);
    assert.throws(() => operate(flash), PowerFailure);
    assert.throws(() => flash.read(new Uint8Array(1), 0), PowerFailure);
    flash.close();
    assert.equal(cuts, 1);
    return readFileSync(path);
  }

  it("leaves half of the bytes of a program that is cut, and one of which four bits are done", () => {
    const left = cutIn({ at: "operation", count: 2 }, (flash) => {
      flash.write(Uint8Array.of(1), 0);
      flash.write(new Uint8Array(8), 16);
    });
    assert.deepEqual([...left.subarray(15, 22)], [0xff, 0, 0, 0, 0, 0xf0, 0xff]);
  });

  it("leaves a block half erased", () => {
    writeFileSync(path, Buffer.alloc(fileBytes));
    const left = cutIn({ at: "operation", count: 1 }, (flash) => flash.eraseBlock(1));
    const erased = left.subarray(4096, 8192);
    assert.ok(erased.subarray(0, 2048).every((byte) => byte === 0xff));
    assert.ok(erased.subarray(2048).every((byte) => byte === 0));
  });

  it("counts the bytes of records and those of slots apart", () => {
    for (const [at, offset] of [
      ["record-bytes", 0],
      ["slot-bytes", slotOffset],
    ] as const) {
      const left = cutIn({ at, count: 5 }, (flash) => {
        flash.write(new Uint8Array(100), at === "slot-bytes" ? 4096 : slotOffset + 4096);
        flash.write(new Uint8Array(3), offset);
        flash.write(new Uint8Array(8), offset + 3);
      });
      assert.deepEqual([...left.subarray(offset, offset + 7)], [0, 0, 0, 0, 0, 0xf0, 0xff], at);
      writeFileSync(path, Buffer.alloc(fileBytes, 0xff));
    }
  });
});
