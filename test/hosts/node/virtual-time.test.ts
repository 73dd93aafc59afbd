// Events come in the order of their moments, and of their making within one; against a sorted list.

import assert from "node:assert/strict";
import fc from "fast-check";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";

/** Runs all events, with the moment of each. */
function runAll(time: VirtualTime): void {
  while (time.step());
}

describe("virtual time", () => {
  it("runs events in the order of their moments, and jumps to each", () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    for (const delayMs of [30, 10, 20]) {
      time.schedule(() => seen.push(`${delayMs} at ${time.nowMs}`), delayMs);
    }
    runAll(time);
    assert.deepEqual(seen, ["10 at 10", "20 at 20", "30 at 30"]);
    assert.equal(time.nowMs, 30);
  });

  it("keeps the order of making within one moment", () => {
    const time = new VirtualTime();
    const seen: number[] = [];
    for (let index = 0; index < 100; index += 1) time.schedule(() => seen.push(index), 5);
    runAll(time);
    assert.deepEqual(
      seen,
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  it("runs what an event schedules, at once after the others of the moment", () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    time.schedule(() => {
      seen.push("outer");
      time.schedule(() => seen.push(`later at ${time.nowMs}`), 5);
      time.schedule(() => seen.push(`inner at ${time.nowMs}`), 0);
      assert.deepEqual(seen, ["outer"]);
    }, 10);
    time.schedule(() => seen.push("other"), 10);
    runAll(time);
    assert.deepEqual(seen, ["outer", "other", "inner at 10", "later at 15"]);
  });

  it("never goes back: a negative delay is none", () => {
    const time = new VirtualTime();
    let calledAtMs = NaN;
    time.schedule(() => time.schedule(() => (calledAtMs = time.nowMs), -5), 10);
    runAll(time);
    assert.equal(calledAtMs, 10);
  });

  it("never comes to an infinite delay, and refuses one that is no number", () => {
    const time = new VirtualTime();
    time.cancel(time.schedule(() => assert.fail("infinity is over"), Infinity));
    time.schedule(() => assert.fail("infinity is over"), Infinity);
    assert.equal(time.step(), false);
    assert.equal(time.nowMs, 0);
    assert.throws(() => time.schedule(() => undefined, NaN), RangeError);
  });

  it("does not run what was cancelled, and counts only what is to come", () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    const first = time.schedule(() => {
      seen.push("first");
      time.cancel(third);
    }, 1);
    const second = time.schedule(() => seen.push("second"), 2);
    const third = time.schedule(() => seen.push("third"), 3);
    time.schedule(() => seen.push("fourth"), 4);
    time.cancel(second);
    time.cancel(second);
    assert.equal(time.pending, 3);
    assert.equal(time.step(), true);
    time.cancel(first); // Has happened.
    assert.equal(time.pending, 1);
    assert.equal(time.step(), true);
    assert.equal(time.step(), false);
    assert.deepEqual(seen, ["first", "fourth"]);
    assert.equal(time.pending, 0);
  });

  it("steps no further than asked, the moment itself included", () => {
    const time = new VirtualTime();
    let events = 0;
    for (const delayMs of [10, 20]) time.schedule(() => (events += 1), delayMs);
    assert.equal(time.step(9), false);
    assert.equal(time.step(10), true);
    assert.equal(time.step(19), false);
    assert.deepEqual([events, time.nowMs, time.pending], [1, 10, 1]);
  });

  it("runs until it is done, or time is up, or nothing more is to come", () => {
    const time = new VirtualTime();
    let events = 0;
    for (let delayMs = 10; delayMs <= 50; delayMs += 10) {
      time.schedule(() => (events += 1), delayMs);
    }
    assert.equal(
      time.runUntil(() => events === 2),
      true,
    );
    assert.equal(time.nowMs, 20);
    assert.equal(
      time.runUntil(() => events === 4, 35),
      false,
    );
    assert.deepEqual([events, time.nowMs], [3, 35]);
    assert.equal(
      time.runUntil(() => events === 6),
      false,
    );
    assert.deepEqual([events, time.nowMs], [5, 50]);
  });

  it("passes on what an event throws, and goes on behind it", () => {
    const time = new VirtualTime();
    let events = 0;
    time.schedule(() => {
      throw new Error("a bug");
    }, 1);
    time.schedule(() => (events += 1), 2);
    assert.throws(() => time.step(), /a bug/);
    assert.equal(time.step(), true);
    assert.equal(events, 1);
  });

  it("does what a sorted list does, whatever is scheduled and cancelled", () => {
    const plan = fc.array(
      fc.record({
        delayMs: fc.nat(50),
        /** Scheduled by this event when it happens, which a list cannot know beforehand. */
        thenDelayMs: fc.option(fc.nat(20)),
        cancelled: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(plan, (events) => {
        const time = new VirtualTime();
        const seen: string[] = [];
        const handles = events.map(({ delayMs, thenDelayMs }, index) =>
          time.schedule(() => {
            seen.push(`${index} at ${time.nowMs}`);
            if (thenDelayMs === null) return;
            time.schedule(() => seen.push(`after ${index} at ${time.nowMs}`), thenDelayMs);
          }, delayMs),
        );
        handles.forEach((handle, index) => {
          if (events[index]?.cancelled === true) time.cancel(handle);
        });
        runAll(time);
        assert.deepEqual(seen, modelOf(events));
        assert.equal(time.pending, 0);
      }),
      { numRuns: 200 },
    );
  });
});

interface Planned {
  readonly delayMs: number;
  readonly thenDelayMs: number | null;
  readonly cancelled: boolean;
}

/** The same life with a list that is sorted again before each event. */
function modelOf(events: readonly Planned[]): string[] {
  const seen: string[] = [];
  let sequence = 0;
  let list = events
    .map((event, index) => ({ ...event, name: `${index}`, atMs: event.delayMs, order: sequence++ }))
    .filter(({ cancelled }) => !cancelled);
  for (;;) {
    list.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
    const [next, ...rest] = list;
    if (next === undefined) return seen;
    seen.push(`${next.name} at ${next.atMs}`);
    list = rest;
    if (next.thenDelayMs === null) continue;
    const atMs = next.atMs + next.thenDelayMs;
    const order = sequence++;
    list.push({ ...next, name: `after ${next.name}`, thenDelayMs: null, atMs, order });
  }
}
