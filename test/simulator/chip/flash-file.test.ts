import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { writePartitionTable } from "../../../src/formats/partition-table/partition-table.js";
import { FlashFile, PowerFailure } from "../../../src/simulator/chip/flash-file.js";

describe("the flash in a file", () => {
  let folder = "";
  let path = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "flash-file-"));
    path = join(folder, "flash.bin");
    writeFileSync(path, Buffer.alloc(3 * 4096, 0xff));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("clears bits and never sets one, until the block is erased", () => {
    const flash = new FlashFile(path);
    flash.write(Uint8Array.of(0xf0), 5000);
    flash.write(Uint8Array.of(0x3c), 5000);
    assert.equal(readFileSync(path)[5000], 0x30);
    flash.eraseBlock(1);
    flash.close();
    assert.deepEqual(readFileSync(path), Buffer.alloc(3 * 4096, 0xff));
    assert.deepEqual(flash.work, { operations: 3, slotBytes: 0, recordBytes: 2, blocksErased: 1 });
  });

  it("leaves half of the bytes and half of a byte at a cut in a write", () => {
    const flash = new FlashFile(path, { cut: { at: "operation", count: 2 } });
    flash.write(Uint8Array.of(0), 0);
    assert.throws(() => flash.write(new Uint8Array(32), 100), PowerFailure);
    flash.close();
    const bytes = readFileSync(path);
    assert.deepEqual(bytes.subarray(100, 116), Buffer.alloc(16));
    assert.equal(bytes[116], 0xf0);
    assert.deepEqual(bytes.subarray(117, 132), Buffer.alloc(15, 0xff));
  });

  it("leaves so many bytes and half of a byte at a cut after them", () => {
    const flash = new FlashFile(path, { cut: { at: "record-bytes", count: 7 } });
    flash.write(Uint8Array.of(0, 0), 0);
    assert.throws(() => flash.write(new Uint8Array(32), 100), PowerFailure);
    flash.close();
    const bytes = readFileSync(path);
    assert.deepEqual(bytes.subarray(100, 107), Buffer.of(0, 0, 0, 0, 0, 0xf0, 0xff));
    assert.equal(flash.work.recordBytes, 7);
  });

  it("leaves half of the block at a cut in an erase, and no later block touched", () => {
    writeFileSync(path, Buffer.alloc(3 * 4096));
    const flash = new FlashFile(path, { cut: { at: "operation", count: 2 } });
    assert.throws(() => flash.eraseBlock(0, 3), PowerFailure);
    flash.close();
    const bytes = readFileSync(path);
    assert.deepEqual(bytes.subarray(0, 4096 + 2048), Buffer.alloc(4096 + 2048, 0xff));
    assert.deepEqual(bytes.subarray(4096 + 2048), Buffer.alloc(4096 + 2048));
  });

  it("refuses what is no flash, and what leaves it", () => {
    const flash = new FlashFile(path);
    assert.throws(() => flash.read(new Uint8Array(2), 3 * 4096 - 1), RangeError);
    assert.throws(() => flash.write(new Uint8Array(1), -1), RangeError);
    assert.throws(() => flash.eraseBlock(3), RangeError);
    flash.close();
    writeFileSync(path, "not a flash");
    assert.throws(() => new FlashFile(path), /no flash image: 11 bytes/);
    writeFileSync(path, "");
    assert.throws(() => new FlashFile(path), /no flash image: 0 bytes/);
  });
});

describe("the flash in a file, with a partition table of its own", () => {
  const ota0Offset = 0x50000;
  let folder = "";
  let path = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "flash-file-"));
    path = join(folder, "flash.bin");
    const flash = Buffer.alloc(0x70000, 0xff);
    const slots = [ota0Offset, 0x60000].map((offset, index) => {
      return {
        label: `ota_${index}`,
        type: 0,
        subtype: 0x10 + index,
        offset,
        size: 0x10000,
        flags: 0,
      };
    });
    flash.set(writePartitionTable(slots), 0x8000);
    writeFileSync(path, flash);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("counts as bytes of a slot what that table says, and all else as records", () => {
    const flash = new FlashFile(path, { cut: { at: "slot-bytes", count: 3 } });
    flash.write(new Uint8Array(10), 0x20000);
    flash.write(new Uint8Array(2), ota0Offset);
    assert.deepEqual(flash.work, { operations: 2, slotBytes: 2, recordBytes: 10, blocksErased: 0 });
    assert.throws(() => flash.write(new Uint8Array(10), ota0Offset + 2), PowerFailure);
    flash.close();
    const bytes = readFileSync(path);
    assert.deepEqual([...bytes.subarray(ota0Offset + 2, ota0Offset + 5)], [0, 0xf0, 0xff]);
  });

  it("is dead after a cut, which it tells once", () => {
    let cuts = 0;
    const cut = { at: "record-bytes", count: 0 } as const;
    const flash = new FlashFile(path, { cut, onCut: () => (cuts += 1) });
    assert.throws(() => flash.write(new Uint8Array(1), 0), PowerFailure);
    assert.throws(() => flash.read(new Uint8Array(1), 0), PowerFailure);
    assert.throws(() => flash.eraseBlock(0), PowerFailure);
    assert.equal(cuts, 1);
    flash.close();
  });
});
