// The sensor alone, on a clock that the test moves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Sensor, type Measurement } from "../sensor.js";

/** A clock, and timers that fire when it passes them. */
class Bench {
  nowMs = 1000;
  #due: { readonly atMs: number; readonly callback: () => void } | undefined;

  readonly clock = (): number => this.nowMs;
  readonly timer = {
    set: (callback: () => void, delayMs: number) => {
      this.#due = { atMs: this.nowMs + delayMs, callback };
      return 1;
    },
    clear: () => undefined,
  };

  /** Lives for `forMs`, and looks at its timers every `stepMs`. */
  live(forMs: number, stepMs = 1): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += stepMs) {
      const due = this.#due;
      if (due === undefined || due.atMs > this.nowMs) continue;
      this.#due = undefined;
      due.callback();
    }
  }
}

/** A started sensor that reads 1, 2, 3 and so on, and what it has told. */
function start(bench: Bench) {
  const begun: number[] = [];
  const measured: Measurement[] = [];
  let reading = 0;
  const sensor = new Sensor(bench, () => (reading += 1), {
    begun: (number) => begun.push(number),
    measured: (measurement) => measured.push(measurement),
  });
  sensor.start();
  return { sensor, begun, measured };
}

test("averages eight samples, at their moments", () => {
  const bench = new Bench();
  const { begun, measured } = start(bench);
  bench.live(1500);
  assert.deepEqual(measured, [
    { number: 1, average: 4.5, samples: 8, latenessMsMax: 0 },
    { number: 2, average: 12.5, samples: 8, latenessMsMax: 0 },
  ]);
  assert.deepEqual(begun, [1, 2]);
});

test("tells how late its samples were when something held the device up", () => {
  const bench = new Bench();
  const { measured } = start(bench);
  bench.live(600, 40);
  assert.equal(measured[0]?.latenessMsMax, 30);
});

test("says while it is measuring, and tells once when it has measured", () => {
  const bench = new Bench();
  const { sensor } = start(bench);
  let told = 0;
  sensor.onceMeasured(() => (told += 1));
  assert.equal(sensor.isMeasuring, false);
  bench.live(100);
  assert.equal(sensor.isMeasuring, true);
  bench.live(290);
  assert.deepEqual([sensor.isMeasuring, told], [false, 1]);
  bench.live(2000);
  assert.equal(told, 1);
});
