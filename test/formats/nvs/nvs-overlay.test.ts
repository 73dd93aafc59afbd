import assert from "node:assert/strict";

import { FlashOverlay } from "../../../src/formats/nvs/nvs-overlay.js";
import { NorFlash } from "../../support/nor-flash.js";

function byteAt(flash: FlashOverlay, byteOffset: number): number | undefined {
  const bytes = new Uint8Array(1);
  flash.read(bytes, byteOffset);
  return bytes[0];
}

describe("FlashOverlay", () => {
  it("shows the partition below, and what was written over it, as flash would", () => {
    const below = NorFlash.of(new Uint8Array(3 * 4096).fill(0x0f), { readOnly: true });
    const overlay = new FlashOverlay(below);
    assert.deepEqual(overlay.status(), below.status());
    overlay.write(Uint8Array.of(0x33), 4096 + 5);
    overlay.eraseBlock(2);
    assert.equal(byteAt(overlay, 4096 + 5), 0x03);
    assert.equal(byteAt(overlay, 4096 + 6), 0x0f);
    assert.equal(byteAt(overlay, 4095), 0x0f);
    assert.equal(byteAt(overlay, 3 * 4096 - 1), 0xff);
    overlay.write(Uint8Array.of(0x33), 2 * 4096);
    assert.equal(byteAt(overlay, 2 * 4096), 0x33);
    assert.deepEqual(below.snapshot().content, new Uint8Array(3 * 4096).fill(0x0f));
  });

  it("is blank without a partition below", () => {
    const overlay = new FlashOverlay(2 * 4096);
    assert.deepEqual(overlay.status(), { size: 8192, blockLength: 4096, blocks: 2 });
    assert.equal(byteAt(overlay, 5000), 0xff);
    overlay.close();
  });

  it("closes the partition below", () => {
    const below = new NorFlash({ size: 4096 });
    const overlay = new FlashOverlay(below);
    overlay.close();
    assert.throws(() => byteAt(overlay, 0), /closed/);
  });
});
