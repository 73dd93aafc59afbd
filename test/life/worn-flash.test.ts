// A flash that fails: reads, writes and erases of a partition throw, as a worn sector does on the chip.
// The device says so, goes on in its old image, tries again after pauses, and never spins.

import assert from "node:assert/strict";
import { partitionOpener } from "../../src/formats/flash/partitions.js";
import { Agent } from "../../src/agent/agent.js";
import { Records } from "../../src/agent/slots/records.js";
import { encodeOtaEntry, otaState } from "../../src/flash/otadata.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import type { Platform } from "../../src/ports/platform.js";
import { makeImage, sha256Hex, World, type WorldOptions } from "../support/world.js";

const hourMs = 3_600_000;
const day = 24 * hourMs;

type Operation = "read" | "write" | "erase";

/** What is worn: asked before each operation, of `byteOffset` in the partition. */
type IsWorn = (partition: string, operation: Operation, byteOffset: number) => boolean;

class WornWorld extends World {
  isWorn: IsWorn = () => false;
  readonly thrown: unknown[] = [];

  constructor(options: WorldOptions = {}) {
    super({
      startImage: (platform, agentOptions) => {
        const agent = new Agent(this.#wear(platform), agentOptions);
        agent.start();
        return agent;
      },
      onThrown: (error) => this.thrown.push(error),
      ...options,
    });
    this.publish("1.1.0");
  }

  #wear(platform: Platform): Platform {
    return { ...platform, openPartition: (path) => this.#wornPartition(platform, path) };
  }

  #wornPartition(platform: Platform, path: string): FlashPartition {
    const partition = platform.openPartition(path);
    const demand = (operation: Operation, byteOffset: number): void => {
      if (this.isWorn(path, operation, byteOffset)) throw new Error(`${operation} failed`);
    };
    return {
      read: (buffer, byteOffset) => {
        demand("read", byteOffset);
        partition.read(buffer, byteOffset);
      },
      write: (buffer, byteOffset) => {
        demand("write", byteOffset);
        partition.write(buffer, byteOffset);
      },
      eraseBlock: (first, end) => {
        demand("erase", first * 4096);
        partition.eraseBlock(first, end);
      },
      status: () => partition.status(),
      close: () => {
        partition.close();
      },
    };
  }

  /** Lives a day with a worn flash: no exception, no spin, and the status says why. */
  bearWear(isWorn: IsWorn): void {
    this.isWorn = isWorn;
    this.statuses.length = 0;
    const { requests } = this;
    const { boots } = this.chip;
    this.time.runUntil(() => false, this.time.nowMs + day);
    assert.deepEqual(this.thrown, []);
    assert.ok(this.requests - requests < 1000, `${this.requests - requests} requests in a day`);
    assert.ok(this.chip.boots - boots <= 4, `${this.chip.boots - boots} boots in a day`);
    assert.ok(
      this.statuses.some(({ reason }) => /(read|write|erase) failed$/.test(reason)),
      "no status says that the flash fails",
    );
    this.isWorn = () => false;
  }
}

const wears: Readonly<Record<string, IsWorn>> = {
  "the first erase of a download": (path, operation, at) =>
    path === "nextota" && operation === "erase" && at === 0,
  "the first write of a download": (path, operation, at) =>
    path === "nextota" && operation === "write" && at === 0,
  "an erase in the middle": (path, operation, at) =>
    path === "nextota" && operation === "erase" && at === 0x5000,
  "a write in the middle": (path, operation, at) =>
    path === "nextota" && operation === "write" && at >= 0x5000,
  "every write of otadata": (path, operation) => path === "otadata" && operation === "write",
  "every erase of otadata": (path, operation) => path === "otadata" && operation === "erase",
  "every read of the new image": (path, operation) => path === "nextota" && operation === "read",
  "a read in the middle of the new image": (path, operation, at) =>
    path === "nextota" && operation === "read" && at >= 0x5000,
  "every read of otadata": (path, operation) => path === "otadata" && operation === "read",
};

/** 1.1.0 is in slot 1 and on record as confirmed; slot 0 has the only boot entry. Nothing is offered. */
function loseEntryOfConfirmed(world: WornWorld): void {
  const image = makeImage({ version: "1.1.0" });
  world.flash.write(image, 0x40000);
  const otadata = partitionOpener(world.flash, 0)("otadata");
  otadata.write(encodeOtaEntry(1, otaState.valid), 0);
  const records = new Records(world.stores.open("provision"));
  records.writeConfirmed({ slot: 1, sizeBytes: image.length, digest: sha256Hex(image) });
  world.service.contents.clear();
}

describe("a worn flash", () => {
  for (const [name, isWorn] of Object.entries(wears)) {
    it(`that fails ${name}: the old image goes on, and updates once it is well again`, () => {
      const world = new WornWorld();
      world.chip.powerOn();
      world.bearWear(isWorn);
      assert.equal(world.confirmedVersion, "1.0.0");
      world.liveUntilUpdatedTo("1.1.0", day);
    });
  }

  it("that fails each read of the running image: says so, and updates once it is well again", () => {
    const world = new WornWorld();
    world.isWorn = (path, operation) => path === "running" && operation === "read";
    world.chip.powerOn();
    world.bearWear(world.isWorn);
    assert.equal(world.status.state, "backing-off");
    assert.equal(world.status.version, "");
    assert.equal(world.chip.boots, 1);
    world.liveUntilUpdatedTo("1.1.0", day);
  });

  it("that fails each read of what a cut left of a download: says so, and fetches nothing twice", () => {
    const world = new WornWorld();
    world.chip.powerOn();
    world.liveUntil(() => world.fetchedBytes > 20_000);
    const { fetchedBytes } = world;
    world.isWorn = (path, operation) => path === "nextota" && operation === "read";
    world.chip.powerOn("power-on");
    world.bearWear(world.isWorn);
    assert.equal(world.fetchedBytes, fetchedBytes);
    world.liveUntilUpdatedTo("1.1.0", day);
    assert.equal(world.chip.boots, 3);
  });

  it("that cannot take the switch for a day: no trial is spent, and the release is kept", () => {
    const world = new WornWorld();
    world.chip.powerOn();
    world.liveUntilState("verifying");
    world.bearWear((path, operation) => path === "otadata" && operation === "write");
    assert.equal(world.chip.boots, 1);
    const { fetchedBytes } = world;
    assert.equal(new Records(world.stores.open("provision")).readArmed()?.trials, 0);
    world.liveUntilUpdatedTo("1.1.0", day);
    assert.equal(world.fetchedBytes, fetchedBytes);
  });

  it("that cannot be read in a trial: neither a restart nor a verdict, and it is confirmed later", () => {
    for (const partition of ["otadata", "running"]) {
      const world = new WornWorld();
      world.chip.powerOn();
      world.liveUntilState("restarting");
      world.bearWear(
        (path, operation) => path === partition && operation === "read" && world.chip.boots > 1,
      );
      world.liveUntilUpdatedTo("1.1.0", day);
      assert.equal(world.chip.boots, 2);
    }
  });

  it("is asked for no more than the failing sector, again and again", () => {
    const world = new WornWorld();
    world.chip.powerOn();
    world.bearWear(
      (path, operation, at) => path === "nextota" && operation === "erase" && at === 0x5000,
    );
    const tries = world.statuses.filter(({ reason }) => /the flash fails/.test(reason)).length;
    assert.ok(tries > 10, `${tries} tries`);
    assert.ok(world.fetchedBytes < 0x5000 + tries * 4 * 4096, `${world.fetchedBytes} fetched`);
  });

  it("that cannot take the confirmation: the trial goes on, and is confirmed in the end", () => {
    const world = new WornWorld();
    world.chip.powerOn();
    world.liveUntil(() => world.chip.agent?.status.trial === true);
    world.bearWear((path) => path === "otadata");
    assert.deepEqual([world.status.version, world.status.trial], ["1.1.0", true]);
    world.liveUntilUpdatedTo("1.1.0", day);
  });

  it("that cannot be wiped after a rejection: the release is not started again", () => {
    const world = new WornWorld({ agent: { hooks: { selfTest: (done) => done(false) } } });
    world.chip.powerOn();
    world.liveUntil(() => world.chip.agent?.status.trial === true);
    world.bearWear((path, operation) => path === "nextota" && operation === "erase");
    assert.equal(world.confirmedVersion, "1.0.0");
    world.chip.powerOn("power-on");
    world.liveUntilState("idle");
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.ok(world.erasedBlocks(1).length > 0);
  });

  it("that cannot take back a confirmed image leaves that to a later boot", () => {
    const world = new WornWorld();
    loseEntryOfConfirmed(world);
    world.isWorn = (path) => path === "otadata";
    world.chip.powerOn();
    world.bearWear((path) => path === "otadata");
    assert.equal(world.confirmedVersion, "1.0.0");
    world.chip.powerOn("power-on");
    world.liveUntilUpdatedTo("1.1.0", hourMs);
  });

  it("that cannot take back a confirmed image: what comes in its place has a trial of its own", () => {
    const tested: string[] = [];
    const world = new WornWorld({
      agent: {
        hooks: {
          selfTest: (done) => {
            tested.push(world.status.version);
            done(false);
          },
        },
      },
    });
    loseEntryOfConfirmed(world);
    world.publish("1.2.0");
    world.isWorn = (path, operation) => path === "otadata" && operation !== "read";
    world.chip.powerOn();
    world.liveUntilState("backing-off");
    world.isWorn = () => false;
    world.liveUntil(() => world.chip.boots === 3);
    world.liveUntilState("idle");
    assert.deepEqual(tested, ["1.2.0"]);
    assert.equal(world.confirmedVersion, "1.0.0");
  });
});
