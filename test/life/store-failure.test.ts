// A key-value store that fails: at each of the writes of a life, once, for an hour, or from then on;
// and one that loses a record. No failure may end in an exception (on the chip: a restart), cost
// the key that is stored, or keep the device from its update once the store works again.

import assert from "node:assert/strict";
import { Agent } from "../../src/agent/agent.js";
import { readAppImageHead } from "../../src/flash/app-image-head.js";
import type { KeyValueStore } from "../../src/ports/key-value.js";
import { makeImage, World, type WorldOptions } from "../support/world.js";

const hourMs = 3_600_000;

/** Decides whether a write, counted from 0 since the factory, fails. */
type Fails = (write: number) => boolean;

class FailingWorld extends World {
  writes: string[] = [];
  readonly thrown: unknown[] = [];

  constructor(fails: Fails, options: WorldOptions = {}) {
    super({
      ...options,
      openStores: () => () => this.#store,
      onThrown: (error) => this.thrown.push(error),
    });
    this.#inner = this.stores.open("provision");
    this.#fails = fails;
    this.publish("1.1.0", makeImage({ version: "1.1.0", bytes: 13_008 }));
  }

  readonly #inner: KeyValueStore;
  readonly #fails: Fails;

  get #store(): KeyValueStore {
    const inner = this.#inner;
    return {
      read: (key) => inner.read(key),
      write: (key, value) => {
        this.writes.push(key);
        if (this.#fails(this.writes.length - 1)) throw new Error("the store is full");
        inner.write(key, value);
      },
      delete: (key) => {
        inner.delete(key);
      },
      close: () => undefined,
    };
  }

  get storedCik(): string | undefined {
    return this.#inner.read("cik");
  }

  /** What a store may do at a cut. */
  loseRecord(key: string): void {
    this.#inner.delete(key);
  }

  /** A key that the failure cost is given anew; how often that was needed. */
  liveOn(): number {
    let helped = 0;
    this.liveUntil(() => {
      const { agent } = this.chip;
      if (agent?.status.state === "refused" && !this.service.enabled.has("0001")) {
        helped += 1;
        this.service.enabled.add("0001");
      }
      return agent?.status.state === "idle" && this.confirmedVersion === "1.1.0";
    }, 72 * hourMs);
    return helped;
  }
}

const clean = new FailingWorld(() => false);
clean.chip.powerOn();
clean.liveOn();
const writes = [...clean.writes];

describe("a store that fails", () => {
  it("has writes to fail at", () => {
    for (const key of ["cik", "target", "progress.0", "armed", "confirmed"]) {
      assert.ok(writes.includes(key), key);
    }
    assert.ok(writes.length >= 10, writes.join(" "));
  });

  for (const [number, key] of writes.entries()) {
    it(`once, at write ${number} (${key}): costs nothing for good`, () => {
      const world = new FailingWorld((write) => write === number);
      world.chip.powerOn();
      const helped = world.liveOn();
      assert.deepEqual(world.thrown, []);
      assert.equal(helped, 0);
      assert.equal(world.storedCik, world.service.ciks.get("0001"));
      assert.ok(world.requests < 100, `${world.requests} requests`);
    });

    it(`from write ${number} (${key}) on, for an hour: the device works, and updates after it`, () => {
      let failsUntilMs = Infinity;
      const world: FailingWorld = new FailingWorld((write) => {
        if (write === number) failsUntilMs = world.time.nowMs + hourMs;
        return write >= number && world.time.nowMs < failsUntilMs;
      });
      world.chip.powerOn();
      world.time.runUntil(() => world.time.nowMs >= failsUntilMs, 2 * hourMs);
      assert.deepEqual(world.thrown, []);
      assert.ok(world.requests < 200, `${world.requests} requests in an hour`);
      assert.ok(world.chip.boots < 10, `${world.chip.boots} boots in an hour`);
      const helped = world.liveOn();
      assert.deepEqual(world.thrown, []);
      assert.equal(helped, 0);
      assert.equal(world.storedCik, world.service.ciks.get("0001"));
    });

    it(`at write ${number} (${key}) and for ever, with power cuts: boots, keeps what it has`, () => {
      const world = new FailingWorld((write) => write >= number);
      world.chip.powerOn();
      for (let cut = 0; cut < 3; cut += 1) {
        world.time.runUntil(() => false, world.time.nowMs + hourMs);
        const before = world.storedCik;
        world.chip.powerOn("power-on");
        assert.equal(world.storedCik, before);
      }
      assert.deepEqual(world.thrown, []);
      assert.ok(world.chip.boots < 30, `${world.chip.boots} boots`);
      assert.ok(world.requests < 500, `${world.requests} requests`);
    });
  }
});

describe("a product that restarts the chip while the key is not stored yet", () => {
  it("costs no key, if the store works again", () => {
    let isWell = false;
    const world: FailingWorld = new FailingWorld(() => !isWell && world.writes.includes("cik"));
    world.chip.powerOn();
    world.liveUntil(() => world.service.activations === 1 && world.status.state !== "activating");
    assert.equal(world.storedCik, undefined);
    isWell = true;
    world.chip.agent?.restart();
    world.liveUntil(() => world.chip.boots === 2);
    assert.equal(world.storedCik, world.service.ciks.get("0001"));
    assert.equal(world.liveOn(), 0);
  });
});

describe("a store that fails while a bad image is on trial", () => {
  /** An image that crashes at once. */
  const startImage: WorldOptions["startImage"] = (platform, options) => {
    const { version } = readAppImageHead(platform.openPartition("running")).descriptor;
    if (version === "1.1.0") platform.timer.set(() => platform.boot.restart(), 1);
    const agent = version === "1.1.0" ? undefined : new Agent(platform, options);
    agent?.start();
    return agent;
  };
  for (const [number, key] of writes.entries()) {
    it(`from write ${number} (${key}) on: the image is not started again and again`, () => {
      const world = new FailingWorld((write) => write >= number, { startImage });
      world.chip.powerOn();
      world.time.runUntil(() => world.chip.boots > 20, 24 * hourMs);
      assert.deepEqual(world.thrown, []);
      assert.ok(world.chip.boots <= 20, `${world.chip.boots} boots in a day`);
      assert.equal(world.status.version, "1.0.0");
    });
  }
});

describe("a store that loses a record", () => {
  const lost = ["target", "progress.0", "progress.1", "armed", "confirmed", "rejected", "restart"];
  for (const key of lost) {
    it(`"${key}", at every moment and a cut with it: the update is made, the key is kept`, () => {
      for (let write = 1; write < writes.length; write += 1) {
        const world = new FailingWorld(() => false);
        world.chip.powerOn();
        world.liveUntil(() => world.writes.length >= write);
        world.loseRecord(key);
        world.chip.powerOn("power-on");
        assert.equal(world.liveOn(), 0, `after write ${write}`);
        assert.deepEqual(world.thrown, []);
        assert.equal(world.service.activations, 1);
      }
    });
  }
});
