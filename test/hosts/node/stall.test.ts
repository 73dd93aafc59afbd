import assert from "node:assert/strict";
import { Stall, type StallClock } from "../../../hosts/node/stall.js";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";

function clockOf(time: VirtualTime): StallClock {
  return {
    nowMs: () => time.nowMs,
    schedule: (callback, delayMs) => time.schedule(callback, delayMs),
  };
}

function advance(time: VirtualTime, durationMs: number): void {
  const untilMs = time.nowMs + durationMs;
  time.schedule(() => undefined, durationMs);
  while (time.step(untilMs));
}

describe("a device that stands still", () => {
  it("runs at once what comes while the flash is idle", () => {
    const stall = new Stall(clockOf(new VirtualTime()));
    let runs = 0;
    stall.run({}, () => (runs += 1));
    assert.equal(runs, 1);
  });

  it("lets wait what comes meanwhile, in its order, until all operations are done", () => {
    const time = new VirtualTime();
    const stall = new Stall(clockOf(time));
    const seen: [string, number][] = [];
    const note = (what: string) => () => seen.push([what, time.nowMs]);
    stall.busy(45);
    stall.busy(45);
    stall.run({}, note("first"));
    time.schedule(() => stall.run({}, note("second")), 10);
    advance(time, 89);
    assert.deepEqual(seen, []);
    advance(time, 1);
    assert.deepEqual(seen, [
      ["first", 90],
      ["second", 90],
    ]);
  });

  it("tells of the same occurrence once, as it was last, in the first's place", () => {
    const time = new VirtualTime();
    const stall = new Stall(clockOf(time));
    const seen: string[] = [];
    const readable = {};
    stall.busy(10);
    stall.run(readable, () => seen.push("100 unread"));
    stall.run({}, () => seen.push("timer"));
    stall.run(readable, () => seen.push("200 unread"));
    advance(time, 10);
    assert.deepEqual(seen, ["200 unread", "timer"]);
  });

  it("stands still again when what it runs keeps the flash busy", () => {
    const time = new VirtualTime();
    const stall = new Stall(clockOf(time));
    const seen: number[] = [];
    stall.busy(10);
    for (let index = 0; index < 3; index += 1) {
      stall.run({}, () => {
        seen.push(time.nowMs);
        stall.busy(5);
      });
    }
    advance(time, 100);
    assert.deepEqual(seen, [10, 15, 20]);
  });

  it("has a clock that goes on meanwhile, and forgets what waits when it is cleared", () => {
    const time = new VirtualTime();
    const stall = new Stall(clockOf(time));
    stall.busy(30);
    assert.equal(stall.nowMs(), time.nowMs + 30);
    stall.run({}, () => assert.fail("it was cleared"));
    stall.clear();
    advance(time, 100);
  });
});
