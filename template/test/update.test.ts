// The whole product on the simulated chip: the program that main.ts is, in the chip's own engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate, type DeviceLife } from "provision-agent/simulator";
import { product } from "../product.js";

const simulated = { program: "main.ts", ...product };

/** A measurement takes this many samples. */
const samples = 8;

interface Measured {
  readonly number: number;
  readonly samples: number;
}

/** The measurements of each boot, in their order. */
function measurementsByBoot({ events }: DeviceLife): Measured[][] {
  const boots: Measured[][] = [];
  for (const event of events) {
    if (event.event === "boot") boots.push([]);
    if (event.event !== "line") continue;
    const [, number, count] = /^measurement (\d+): .* of (\d+) samples/.exec(event.text) ?? [];
    if (number === undefined) continue;
    boots.at(-1)?.push({ number: Number(number), samples: Number(count) });
  }
  return boots;
}

test("is activated, updated through a power cut, and confirmed", async () => {
  const { facts, problem, events } = await simulate(simulated);
  assert.equal(problem, undefined);
  assert.deepEqual([facts.versionBefore, facts.versionAfter], ["1.0.0", "1.1.0"]);
  assert.equal(facts.activated, true);
  assert.equal(facts.powerCuts, 1);
  const trial = events.find((event) => event.event === "status" && event.trial);
  assert.ok(trial, "no image was on trial");
});

test("measures on while it is updated, and ends a measurement before it restarts", async () => {
  // A slow network: the download takes long enough to measure meanwhile.
  const life = await simulate({ ...simulated, cuts: 0, size: 131_072, bandwidth: 65_536 });
  assert.equal(life.problem, undefined);
  const [before = [], after = []] = measurementsByBoot(life);
  assert.ok(before.length > 1, "no measurement while the release was downloaded");
  assert.ok(after.length > 0, "no measurement by the new image");
  for (const measured of [before, after]) {
    measured.forEach((measurement, index) => {
      assert.deepEqual(measurement, { number: index + 1, samples });
    });
  }
  // No boot but the first came between the beginning of a measurement and its end.
  let isMeasuring = false;
  for (const event of life.events) {
    if (event.event === "boot") assert.equal(isMeasuring, false, "a measurement was cut off");
    if (event.event === "line" && event.text.startsWith("measurement")) {
      isMeasuring = event.text.endsWith("begins");
    }
  }
});
