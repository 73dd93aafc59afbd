// How late the template's sensor samples while the device updates itself, in virtual time, with the
// time that flash and hashing take on an ESP32. Prints the figure that docs/guides/product.md tells.
//
// The turns of the agent are all that can hold a sample up: time passes only in what they do to
// flash and digest. What interpreting JavaScript takes is not in it.

import assert from "node:assert/strict";
import { type Measurement, Sensor } from "../../template/sensor.js";
import { openSha256 } from "../../hosts/node/digest.js";
import type { OpenDigest } from "../../src/ports/digest.js";
import { makeImage, World } from "../support/world.js";

/** Of a 4 MB SPI flash, typical (W25Q32JV data sheet): a sector's erase, a page's program. */
const eraseMs = 45;
const pageProgramMs = 0.4;
const pageBytes = 256;
/** Of the chip's SHA-256 with its driver, and of reading flash, both per byte. */
const hashMsPerByte = 1 / 4000;

/** What the chip's TCP takes in before it is read (the SDK's setting for the ESP32). */
const windowBytes = 8192;

const imageBytes = 100_000;

interface Observed {
  readonly measurements: readonly Measurement[];
  readonly longestTurnMs: number;
}

/** Updates a device in virtual time while a sensor samples on it. */
function observeUpdate(): Observed {
  let hashedBytes = 0;
  const openCounting: OpenDigest = () => {
    const digest = openSha256();
    return {
      write: (bytes) => {
        hashedBytes += bytes.length;
        digest.write(bytes);
      },
      close: () => digest.close(),
    };
  };
  const world = new World({ openDigest: openCounting });
  world.publish("1.1.0", makeImage({ version: "1.1.0", bytes: imageBytes }));
  const { time } = world;
  const measurements: Measurement[] = [];
  const platform = {
    clock: () => time.nowMs,
    timer: {
      set: (callback: () => void, delayMs: number) => time.schedule(callback, delayMs),
      clear: (handle: object | number) => {
        if (typeof handle === "object") time.cancel(handle);
      },
    },
  };
  new Sensor(platform, () => 20, {
    begun: () => undefined,
    measured: (measurement) => measurements.push(measurement),
  }).start();
  world.chip.powerOn("power-on");
  let seen = 0;
  let seenBytes = hashedBytes;
  let longestTurnMs = 0;
  const isUpdated = (): boolean =>
    world.confirmedVersion === "1.1.0" && world.status.state === "idle";
  while (!isUpdated()) {
    assert.ok(time.step(3_600_000), "it came to a standstill");
    const { operations } = world.flash;
    if (operations.length < seen) seen = 0;
    let turnMs = (hashedBytes - seenBytes) * hashMsPerByte;
    for (const { kind, byteLength } of operations.slice(seen)) {
      turnMs +=
        kind === "erase"
          ? eraseMs * (byteLength / 4096)
          : pageProgramMs * Math.ceil(byteLength / pageBytes);
    }
    seen = operations.length;
    seenBytes = hashedBytes;
    longestTurnMs = Math.max(longestTurnMs, turnMs);
    time.pass(turnMs);
  }
  return { measurements, longestTurnMs };
}

describe("the template's sensor during an update", () => {
  it("misses no sample, and is late by two turns of the agent at most", () => {
    const { measurements, longestTurnMs } = observeUpdate();
    const latenessMs = Math.max(...measurements.map(({ latenessMsMax }) => latenessMsMax));
    process.stdout.write(
      `      ${measurements.length} measurements; longest turn ${longestTurnMs.toFixed(1)} ms, ` +
        `latest sample ${latenessMs.toFixed(1)} ms late\n`,
    );
    assert.ok(measurements.length > 1);
    measurements.forEach(({ number, samples }, index) => {
      assert.deepEqual([number, samples], [index + 1, 8]);
    });
    assert.ok(latenessMs > 0, "nothing took any time: the rig is broken");
    // A turn takes what has arrived, which is a window of TCP at most: it begins two sectors, and
    // before the first of them an entry of otadata is cleared. Nothing longer is done in one turn.
    const windowMs = windowBytes * (pageProgramMs / pageBytes + hashMsPerByte);
    assert.ok(longestTurnMs <= 3 * eraseMs + windowMs, `${longestTurnMs} ms in one turn`);
    assert.ok(latenessMs <= 2 * longestTurnMs, `${latenessMs} ms late`);
  });
});
