import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import { FlashFile } from "../../../src/simulator/chip/flash-file.js";
import type { BoardFlash } from "../../../hosts/mcsim/flash-file.js";
import "./moddable/register.js";

const blockBytes = 4096;
const blocks = 3;

describe("the flash file of the SDK's simulator", () => {
  let folder: string;
  let path: string;
  let SdkFlash: typeof BoardFlash;

  before(async () => {
    ({ BoardFlash: SdkFlash } = await import("../../../hosts/mcsim/flash-file.js"));
    folder = mkdtempSync(join(tmpdir(), "lin-flash-"));
    path = join(folder, "flash.bin");
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("does to the file what the simulated chip's flash does", () => {
    const write = fc.record({
      kind: fc.constant("write" as const),
      at: fc.nat(blocks * blockBytes - 40),
      bytes: fc.uint8Array({ maxLength: 40 }),
    });
    const erase = fc.record({ kind: fc.constant("erase" as const), block: fc.nat(blocks - 1) });
    fc.assert(
      fc.property(fc.array(fc.oneof(write, erase), { maxLength: 12 }), (operations) => {
        const other = join(folder, "other.bin");
        writeFileSync(path, Buffer.alloc(blocks * blockBytes, 0xff));
        copyFileSync(path, other);
        const flashes = [new SdkFlash(path), new FlashFile(other)];
        for (const flash of flashes) {
          for (const operation of operations) {
            if (operation.kind === "erase") flash.eraseBlock(operation.block);
            else flash.write(operation.bytes, operation.at);
          }
          flash.close();
        }
        assert.deepEqual(readFileSync(path), readFileSync(other));
      }),
      { numRuns: 50 },
    );
  });

  it("reads what was written, in any place", () => {
    writeFileSync(path, Buffer.alloc(blockBytes, 0xff));
    const flash = new SdkFlash(path);
    flash.write(Uint8Array.of(0xf0, 0x0f), blockBytes - 2);
    flash.write(Uint8Array.of(0x3f), blockBytes - 2);
    const bytes = new Uint8Array(3);
    flash.read(bytes, blockBytes - 3);
    assert.deepEqual([...bytes], [0xff, 0x30, 0x0f]);
    assert.deepEqual(flash.status(), { size: blockBytes, blockLength: blockBytes, blocks: 1 });
    flash.close();
  });

  it("refuses to leave the flash, and changes nothing then", () => {
    writeFileSync(path, Buffer.alloc(blockBytes, 0xff));
    const flash = new SdkFlash(path);
    assert.throws(() => {
      flash.write(Uint8Array.of(0), blockBytes);
    }, RangeError);
    assert.throws(() => {
      flash.eraseBlock(1);
    }, RangeError);
    assert.throws(() => {
      flash.read(new Uint8Array(1), -1);
    }, RangeError);
    flash.close();
    assert(readFileSync(path).every((byte) => byte === 0xff));
  });

  it("says what to do without an image, and refuses what cannot be one", () => {
    assert.throws(() => new SdkFlash(join(folder, "none.bin")), /provision factory image/);
    writeFileSync(path, Buffer.alloc(100));
    assert.throws(() => new SdkFlash(path), /no flash image: 100 bytes are not whole blocks/);
  });
});
