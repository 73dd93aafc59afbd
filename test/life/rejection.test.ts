// What is rejected is not started either: whatever the power does meanwhile, the slot holds no
// image in the end, so that not even a boot loader that falls back for want of another finds one.

import assert from "node:assert/strict";
import { openSha256 } from "../../hosts/node/digest.js";
import { boot } from "../../src/formats/boot/boot-loader.js";
import type { AgentOptions } from "../../src/agent/options.js";
import { badDownloadsMax } from "../../src/agent/limits.js";
import type { Cut, FlashOperation } from "../support/nor-flash.js";
import { makeImage, sha256Hex, World, type WorldOptions } from "../support/world.js";

const hourMs = 3_600_000;
const slotOffsets = [0x20000, 0x40000];
const failsSelfTest: AgentOptions = { hooks: { selfTest: (done) => done(false) } };
const image = makeImage({ version: "1.1.0", bytes: 10_000 });

interface Rejecting {
  readonly options: WorldOptions;
  /** Default: the release tells its SHA-256. */
  readonly meta?: string;
}

/** Every way for an image that any boot loader would start to be rejected. */
const ways: Readonly<Record<string, Rejecting>> = {
  "that fails its self-test": { options: { agent: failsSelfTest } },
  "that is not what its meta promise": {
    options: {},
    meta: `version=1.1.0&sha256=${"0".repeat(64)}`,
  },
};

function live({ options, meta }: Rejecting, cut: Cut | undefined): World {
  const world = new World({ nvsInFlash: true, ...options });
  world.publish("1.1.0", image, meta);
  world.flash.powerOn(); // What the factory wrote does not count.
  if (cut !== undefined) world.flash.cutAt(cut);
  world.bearCuts(() => world.chip.powerOn());
  world.liveUntil(() => {
    const { agent } = world.chip;
    if (agent?.status.state === "refused") world.service.enabled.add("0001");
    return agent?.status.state === "idle" && /rejected before/.test(agent.status.reason);
  }, 72 * hourMs);
  return world;
}

/** Whether a boot loader that cannot read `slot` would start the other. */
function startsWithout(world: World, slot: number): boolean {
  const snapshot = world.flash.snapshot();
  world.flash.powerOn();
  world.flash.write(new Uint8Array(64), slotOffsets[slot] ?? 0);
  const { booted } = boot(world.flash, { openDigest: openSha256 });
  world.flash.restore(snapshot);
  return booted !== undefined;
}

function cutsOf({ kind, byteLength }: FlashOperation, operation: number): Cut[] {
  const half = Math.floor(byteLength / 2);
  const cuts: Cut[] = [
    { operation, bytes: 0 },
    { operation, bytes: half, border: 0x0f },
    { operation, bytes: byteLength },
  ];
  if (kind === "erase") cuts.push({ operation, bytes: 0, unstableSeed: operation + 1 });
  return cuts;
}

describe("a rejected image", () => {
  it("would have started, had it not been rejected", () => {
    const world = new World({ agent: { hooks: { mayRestart: () => false } } });
    world.publish("1.1.0", image);
    world.chip.powerOn();
    world.liveUntilState("restarting");
    assert.equal(startsWithout(world, 0), true);
  });

  for (const [name, rejecting] of Object.entries(ways)) {
    it(`${name} is not there to be started, wherever its rejection was cut`, function () {
      this.timeout(120_000);
      const clean = live(rejecting, undefined);
      assert.equal(clean.confirmedVersion, "1.0.0");
      assert.equal(startsWithout(clean, 0), false);
      const operations = operationsOf(rejecting);
      assert.ok(operations.length > 30, `${operations.length} operations`);
      for (const [index, operation] of operations.entries()) {
        for (const cut of cutsOf(operation, index)) {
          const replay = JSON.stringify(cut);
          const world = live(rejecting, cut);
          assert.equal(world.powerCuts, 1, replay);
          assert.deepEqual([world.chip.slot, world.confirmedVersion], [0, "1.0.0"], replay);
          assert.equal(startsWithout(world, 0), false, replay);
          assert.equal(world.fetchedByAnotherLook(), 0, replay);
        }
      }
    });
  }
});

/** All flash operations of a life with a rejection in it, over its boots. */
function operationsOf({ options, meta }: Rejecting): FlashOperation[] {
  const world = new World({ nvsInFlash: true, ...options });
  world.publish("1.1.0", image, meta);
  world.flash.powerOn();
  world.chip.powerOn();
  world.liveUntil(
    () => world.status.state === "idle" && /rejected before/.test(world.status.reason),
  );
  return [...world.flash.operations];
}

describe("a release of which something was changed on the way", () => {
  const good = makeImage({ version: "1.1.0" });

  /** Flips one bit of the byte at `offset` in each of the first `times` answers that hold it. */
  function worldFlipping(offset: number, times: number): World {
    const world = new World();
    world.publish("1.1.0", good);
    let left = times;
    world.service.bend = (request, answer) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.fields.get("range") ?? "") ?? [];
      if (first === undefined || left === 0) return answer;
      if (offset < Number(first) || offset > Number(last)) return answer;
      left -= 1;
      const body = answer.body.slice();
      body[offset - Number(first)] = (body[offset - Number(first)] ?? 0) ^ 1;
      return { ...answer, body };
    };
    world.chip.powerOn();
    return world;
  }

  for (const [where, offset] of [
    ["its data", 30_000],
    ["its head", 50],
  ] as const) {
    it(`in ${where} is fetched again after a pause, and taken`, () => {
      for (let times = 1; times < badDownloadsMax; times += 1) {
        const world = worldFlipping(offset, times);
        world.liveUntilState("backing-off");
        assert.match(world.status.reason, /lamp-1\.1\.0 came out wrong and will be fetched again/);
        world.liveUntilUpdatedTo("1.1.0", 2 * hourMs);
        assert.ok(world.time.nowMs >= times * 600_000, `after ${world.time.nowMs} ms`);
      }
    });

    it(`in ${where} each time is rejected at last, until its identity changes`, () => {
      const world = worldFlipping(offset, badDownloadsMax);
      world.liveUntilState("idle", 2 * hourMs);
      assert.match(world.status.reason, /rejected before/);
      assert.ok(world.fetchedBytes <= badDownloadsMax * good.length);
      assert.equal(world.fetchedByAnotherLook(), 0);
      world.service.contents.set("lamp-1.1.0", {
        bytes: good,
        meta: `version=1.1.0&sha256=${sha256Hex(good)}`,
        timestampSeconds: 1_800_000_000,
      });
      world.liveUntilUpdatedTo("1.1.0");
    });
  }

  it("has no more downloads for its resets: the count is kept", () => {
    const world = worldFlipping(30_000, Infinity);
    for (let reset = 0; reset < badDownloadsMax - 1; reset += 1) {
      world.liveUntil(() => /fetched again/.test(world.status.reason));
      world.chip.powerOn("power-on");
    }
    world.liveUntilState("idle");
    assert.match(world.status.reason, /rejected before/);
    assert.ok(world.fetchedBytes <= badDownloadsMax * good.length);
  });
});

describe("rejected releases at the top of a list", () => {
  it("do not hide a good one below them, as many as can be remembered", () => {
    const world = new World();
    for (let minor = 2; minor <= 9; minor += 1) {
      const version = `1.${minor}.0`;
      world.publish(version, makeImage({ version, project: "another", bytes: 2048 }));
    }
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0", 72 * hourMs);
  });
});
