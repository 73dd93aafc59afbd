import assert from "node:assert/strict";
import { FlashTimes } from "../../../src/formats/flash/flash-times.js";
import { seededRandom } from "../../../src/simulator/chip/seeded.js";

describe("the times of flash", () => {
  const typical = new FlashTimes();

  it("are 0.4 ms for each page that is touched", () => {
    assert.equal(typical.programMs(0, 0), 0);
    assert.equal(typical.programMs(0, 256), 0.4);
    assert.equal(typical.programMs(255, 2), 0.8);
    assert.ok(Math.abs(typical.programMs(0, 1 << 20) - 4096 * 0.4) < 1e-6);
  });

  it("are 45 ms a sector, and 150 ms where 64 KiB lie on a border of 64 KiB", () => {
    assert.equal(typical.eraseMs(0, 1), 45);
    assert.equal(typical.eraseMs(16, 32), 150);
    assert.equal(typical.eraseMs(15, 32), 45 + 150);
    assert.equal(typical.eraseMs(1, 17), 16 * 45);
    assert.equal(typical.eraseMs(0, 256), 16 * 150);
  });

  it("vary with random numbers between four fifths and the longest there is", () => {
    const times = new FlashTimes(seededRandom(1));
    const drawn = Array.from({ length: 5000 }, () => times.eraseMs(0, 1));
    assert.ok(drawn.every((ms) => (ms >= 36 && ms <= 54) || ms === 400));
    const worst = drawn.filter((ms) => ms === 400).length;
    assert.ok(worst > 0 && worst < 50, `${worst} of ${drawn.length}`);
    const again = new FlashTimes(seededRandom(1));
    assert.deepEqual(
      drawn.slice(0, 100),
      Array.from({ length: 100 }, () => again.eraseMs(0, 1)),
    );
  });
});
