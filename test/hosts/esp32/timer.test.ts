import assert from "node:assert/strict";

import type { Clock, Timer } from "../../../src/ports/timer.js";
import "./moddable/register.js";
import fakeTime from "./moddable/time.js";
import FakeTimer from "./moddable/timer.js";

describe("time on the chip", () => {
  let timer: Timer;
  let startClock: () => Clock;

  before(async () => {
    ({ startClock, timer } = await import("../../../hosts/esp32/timer.js"));
  });

  beforeEach(() => {
    FakeTimer.pending = [];
  });

  it("sets one-shot timers and clears them", () => {
    const fired: string[] = [];
    const first = timer.set(() => fired.push("first"), 10);
    timer.set(() => fired.push("second"), 20);
    assert.deepEqual(
      FakeTimer.pending.map(({ delayMs, repeats }) => [delayMs, repeats]),
      [
        [10, false],
        [20, false],
      ],
    );
    timer.clear(first);
    FakeTimer.fire();
    timer.clear(first);
    assert.deepEqual(fired, ["second"]);
  });

  it("counts from boot, and on when the SDK's 32-bit counter turns negative and wraps", () => {
    fakeTime.ticks = 500;
    const clock = startClock();
    assert.equal(clock(), 500);
    fakeTime.ticks = 0x7fffffff;
    assert.equal(clock(), 0x7fffffff);
    fakeTime.ticks = -0x80000000;
    assert.equal(clock(), 0x80000000);
    fakeTime.ticks = -1;
    assert.equal(clock(), 0xffffffff);
    fakeTime.ticks = 9;
    assert.equal(clock(), 0x100000009);
  });
});
