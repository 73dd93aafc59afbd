// What a boot finds after a cut in the last step of an update, and a trial with no way back.

import assert from "node:assert/strict";
import { partitionOpener } from "../../src/formats/flash/partitions.js";
import { Records } from "../../src/agent/slots/records.js";
import { encodeOtaEntry, otaState } from "../../src/flash/otadata.js";
import { makeImage, sha256Hex, World, type WorldOptions } from "../support/world.js";

const hourMs = 3_600_000;
const image = makeImage({ version: "1.1.0" });
const digest = sha256Hex(image);
const slotOffset = 0x40000;

/** A device with both images, whose otadata has these entries, sequence 1 first. */
function worldWith(options: WorldOptions, ...states: readonly number[]): World {
  const world = new World(options);
  world.flash.write(image, slotOffset);
  const otadata = partitionOpener(world.flash, 0)("otadata");
  for (const [index, state] of states.entries()) {
    otadata.write(encodeOtaEntry(index + 1, state), index * 4096);
  }
  return world;
}

function recordsOf(world: World): Records {
  return new Records(world.stores.open("provision"));
}

describe("a confirmed image that a cut has taken the entry of", () => {
  it("is put back in its place, once it is found whole", () => {
    const world = worldWith({}, otaState.valid);
    recordsOf(world).writeConfirmed({ slot: 1, sizeBytes: image.length, digest });
    world.chip.powerOn();
    assert.deepEqual([world.status.state, world.chip.slot], ["healing", 0]);
    world.liveUntilUpdatedTo("1.1.0", hourMs);
    assert.equal(world.chip.boots, 2);
    assert.equal(recordsOf(world).readConfirmed(), undefined);
  });

  it("is put back although the agent is stopped meanwhile, or the identity is missing", () => {
    const world = worldWith({ watchdogMs: Infinity }, otaState.valid);
    recordsOf(world).writeConfirmed({ slot: 1, sizeBytes: image.length, digest });
    world.chip.powerOn();
    world.time.step();
    world.chip.agent?.stop();
    world.time.runUntil(() => false, hourMs);
    world.stores.open("provision").delete("vendor");
    world.chip.agent?.start();
    world.liveUntilState("unidentified");
    world.stores.open("provision").write("vendor", "lights");
    world.liveUntilUpdatedTo("1.1.0", hourMs);
  });

  it("is given up if it is not what was confirmed: the old one works on, and updates", () => {
    for (const [at, sizeBytes] of [
      [1000, image.length],
      [0, image.length],
      [1000, 0x7fffffff],
    ] as const) {
      const world = worldWith({}, otaState.valid);
      recordsOf(world).writeConfirmed({ slot: 1, sizeBytes, digest });
      assert.notEqual(image[at], 0);
      world.flash.write(Uint8Array.of(0), slotOffset + at);
      world.publish("1.1.0");
      world.chip.powerOn();
      assert.equal(world.status.state, "healing");
      world.liveUntil(() => world.status.state !== "healing", hourMs);
      assert.equal(world.chip.slot, 0);
      assert.equal(recordsOf(world).readConfirmed(), undefined);
      world.liveUntilUpdatedTo("1.1.0", hourMs);
    }
  });

  it("is not tried for ever if the boot loader will not start it", () => {
    const startBootLoader = (): { slot: number } => ({ slot: 0 });
    const world = worldWith({ startBootLoader }, otaState.valid, otaState.valid);
    recordsOf(world).writeConfirmed({ slot: 1, sizeBytes: image.length, digest });
    world.chip.powerOn();
    world.liveUntilState("idle", hourMs);
    assert.equal(world.chip.boots, 1);
    assert.equal(recordsOf(world).readConfirmed(), undefined);
  });
});

describe("a trial with nothing to go back to", () => {
  it("goes on until the service is reached, however long that takes", () => {
    const world = worldWith({}, otaState.aborted, otaState.new);
    world.network.listen("10.0.0.1", 80, undefined);
    world.chip.powerOn();
    assert.deepEqual([world.chip.slot, world.status.trial], [1, true]);
    world.time.runUntil(() => false, 24 * hourMs);
    assert.deepEqual([world.chip.boots, world.status.trial], [1, true]);
    world.network.listen("10.0.0.1", 80, world.service.accept);
    world.liveUntilUpdatedTo("1.1.0", 2 * hourMs);
  });

  it("goes on until its self-test is passed, and says why it is not confirmed", () => {
    let passes = false;
    let tests = 0;
    const selfTest = (done: (passed: boolean) => void): void => {
      tests += 1;
      done(passes);
    };
    const world = worldWith({ agent: { hooks: { selfTest } } }, otaState.aborted, otaState.new);
    world.chip.powerOn();
    world.liveUntilState("backing-off");
    assert.match(world.status.reason, /no other image/);
    world.time.runUntil(() => false, 24 * hourMs);
    assert.ok(tests > 10 && tests < 400, `${tests} tests in a day`);
    assert.equal(world.chip.boots, 1);
    passes = true;
    world.liveUntilUpdatedTo("1.1.0", 2 * hourMs);
  });
});

describe("a CIK that flash has no room for", () => {
  it("survives that the agent is stopped and started, and is stored as soon as it can be", () => {
    const world = new World({ watchdogMs: Infinity });
    world.service.bend = (request, answer) => {
      if (request.path.endsWith("activate")) world.stores.bytesMax = 0;
      return answer;
    };
    world.chip.powerOn();
    world.liveUntilState("idle", hourMs);
    assert.equal(world.cik, undefined);
    world.chip.agent?.stop();
    world.chip.agent?.start();
    world.liveUntilState("idle", hourMs);
    assert.equal(world.service.activations, 1);
    world.stores.bytesMax = Infinity;
    world.chip.agent?.checkNow();
    assert.equal(world.cik, world.service.ciks.get("0001"));
  });
});
