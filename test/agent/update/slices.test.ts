import assert from "node:assert/strict";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";
import { Slices } from "../../../src/agent/update/slices.js";
import type { Timer } from "../../../src/ports/timer.js";

describe("slices", () => {
  function begin(step: (slices: Slices) => boolean): { slices: Slices; time: VirtualTime } {
    const time = new VirtualTime();
    const timer: Timer = {
      set: (callback, delayMs) => time.schedule(callback, delayMs),
      // As on a chip that has begun to deliver: a cleared timer may still fire.
      clear: () => undefined,
    };
    const slices: Slices = new Slices(timer, () => step(slices));
    return { slices, time };
  }

  it("run one after another, each in a turn of its own, until the work is done", () => {
    let steps = 0;
    const { time } = begin(() => ++steps < 3);
    assert.equal(steps, 0);
    for (const expected of [1, 2, 3, 3]) {
      time.step();
      assert.equal(steps, expected);
    }
  });

  it("end when they are cancelled, between two and within one", () => {
    let steps = 0;
    const between = begin(() => ++steps > 0);
    between.time.step();
    between.slices.cancel();
    between.slices.cancel();
    between.time.runUntil(() => false, 1000);
    assert.equal(steps, 1);

    const within = begin((slices) => {
      slices.cancel();
      return ++steps > 0;
    });
    within.time.runUntil(() => false, 1000);
    assert.equal(steps, 2);
  });
});
