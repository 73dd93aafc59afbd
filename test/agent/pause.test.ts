// Pauses: longer with each failure, at least what the service asks for, one at a time.

import assert from "node:assert/strict";
import { VirtualTime } from "../../hosts/node/virtual-time.js";
import { Pause } from "../../src/agent/pause.js";
import { retryDelayMsMax } from "../../src/agent/limits.js";

class Pausing {
  readonly time = new VirtualTime();
  ended = 0;
  readonly pause = new Pause(
    {
      random: () => 0.5,
      timer: {
        set: (callback, delayMs) => this.time.schedule(callback, delayMs),
        clear: (handle) => {
          if (typeof handle === "object") this.time.cancel(handle);
        },
      },
    },
    () => (this.ended += 1),
  );

  /** How long the pause that `begin` begins lasts. */
  lengthOf(begin: (pause: Pause) => void): number {
    const [sinceMs, ended] = [this.time.nowMs, this.ended];
    begin(this.pause);
    assert.equal(this.pause.isRunning, true);
    assert.ok(this.time.runUntil(() => this.ended > ended));
    assert.equal(this.pause.isRunning, false);
    return this.time.nowMs - sinceMs;
  }
}

describe("a pause", () => {
  it("is longer with each failure, up to a quarter of an hour, until it is forgiven", () => {
    const pausing = new Pausing();
    const lengths = [0, 1, 2, 3].map(() => pausing.lengthOf((pause) => pause.backOff(2000)));
    assert.deepEqual(lengths, [2000, 4000, 8000, 16_000]);
    for (let failure = 0; failure < 20; failure += 1) {
      assert.ok(pausing.lengthOf((pause) => pause.backOff(2000)) <= retryDelayMsMax);
    }
    pausing.pause.forgive();
    assert.equal(
      pausing.lengthOf((pause) => pause.backOff(2000)),
      2000,
    );
  });

  it("is short again after an interval", () => {
    const pausing = new Pausing();
    pausing.lengthOf((pause) => pause.backOff(2000));
    assert.equal(
      pausing.lengthOf((pause) => pause.interval(3_600_000)),
      3_600_000,
    );
    assert.equal(
      pausing.lengthOf((pause) => pause.backOff(2000)),
      2000,
    );
  });

  it("is as long as the service asks for, once", () => {
    const pausing = new Pausing();
    pausing.pause.ask(60_000);
    const lengths = [0, 1].map(() => pausing.lengthOf((pause) => pause.backOff(2000)));
    assert.deepEqual(lengths, [60_000, 4000]);
    pausing.pause.ask(1000);
    assert.equal(
      pausing.lengthOf((pause) => pause.backOff(2000)),
      8000,
    );
    pausing.pause.ask(60_000);
    pausing.pause.ask(undefined);
    assert.equal(
      pausing.lengthOf((pause) => pause.backOff(2000)),
      16_000,
    );
  });

  it("takes the place of the one before, and ends without a word when it is ended", () => {
    const pausing = new Pausing();
    pausing.pause.exactly(1000);
    pausing.pause.exactly(5000);
    assert.equal(pausing.time.pending, 1);
    pausing.time.runUntil(() => false, 4000);
    assert.equal(pausing.ended, 0);
    pausing.pause.end();
    pausing.pause.end();
    pausing.time.runUntil(() => false);
    assert.equal(pausing.ended, 0);
  });
});
