// Lives that lose power twice, or again and again, at moments drawn from a seed. A failure names
// the cuts; `CUT_SEED=n` draws others, `CUT_LIVES=n` more of them.

import assert from "node:assert/strict";
import { env } from "node:process";
import { openSha256 } from "../../hosts/node/digest.js";
import { boot } from "../../src/formats/boot/boot-loader.js";
import { Agent } from "../../src/agent/agent.js";
import { readAppImageHead } from "../../src/flash/app-image-head.js";
import { type FlashPartition, sectorBytes } from "../../src/ports/flash.js";
import { makeImage, World, type WorldOptions } from "../support/world.js";

const chunkBytes = 1024;
const oldImage = makeImage({ version: "1.0.0", bytes: 1360 });
const newImage = makeImage({ version: "1.1.0", bytes: sectorBytes + 1360 });
const slotOffsets = [0x20000, 0x40000];
const seed = Number(env["CUT_SEED"] ?? 1);
const lives = Number(env["CUT_LIVES"] ?? 240);

/** A small and fast source of numbers, the same for the same seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A world that may be cut while it boots, and refuses to start an image that is not whole. */
class CutWorld extends World {
  constructor(options: WorldOptions = {}) {
    super({
      nvsInFlash: true,
      imageBytes: oldImage.length,
      startBootLoader: (flash) => {
        const report = boot(flash, { openDigest: openSha256 });
        assert.ok(report.booted, report.problem);
        const { index } = report.booted;
        assert.ok(isWhole(flash, index), `slot ${index} starts what nobody verified`);
        return { slot: index };
      },
      ...options,
      agent: { chunkBytes },
    });
    this.publish("1.1.0", newImage);
    this.flash.powerOn(); // What the factory wrote does not count.
  }
}

/** The slot holds all of the old image, or all of the new one. */
function isWhole(flash: FlashPartition, slot: number): boolean {
  const bytes = new Uint8Array(newImage.length);
  flash.read(bytes, slotOffsets[slot] ?? 0);
  return [oldImage, newImage].some((image) => image.every((byte, at) => bytes[at] === byte));
}

/** Where power is lost, whatever the operation turns out to be. */
interface DrawnCut {
  /** Programs and erases that are done before, counted from the last power-on. */
  readonly operation: number;
  /** How much of the operation is done; below 0: nothing, above 1: all of it. */
  readonly share: number;
  readonly border: number;
  readonly fromEnd: boolean;
  /** 0: bits that are not erased read as they were. */
  readonly unstableSeed: number;
}

/** Lives through `cuts`, each counted from the boot after the one before, until `done`. */
function live(world: World, cuts: readonly DrawnCut[], done: (world: World) => boolean): void {
  const { flash } = world;
  const [powerOn, write, eraseBlock] = [
    flash.powerOn.bind(flash),
    flash.write.bind(flash),
    flash.eraseBlock.bind(flash),
  ];
  let next = 0;
  let operation = 0;
  const meet = (kind: "program" | "erase", byteLength: number): void => {
    const cut = cuts[next];
    if (cut?.operation !== operation++) return;
    const bytes = Math.min(byteLength, Math.max(0, Math.floor(cut.share * byteLength)));
    const { border, fromEnd, unstableSeed } = cut;
    const isUnstable = kind === "erase" && unstableSeed > 0;
    flash.cutAt({ operation: 0, bytes, border, fromEnd, ...(isUnstable && { unstableSeed }) });
  };
  flash.write = (buffer, byteOffset) => {
    meet("program", buffer.length);
    write(buffer, byteOffset);
  };
  flash.eraseBlock = (first, end) => {
    meet("erase", sectorBytes);
    eraseBlock(first, end);
  };
  flash.powerOn = () => {
    powerOn();
    next += 1;
    operation = 0;
  };
  world.bearCuts(() => {
    world.chip.powerOn();
  });
  let helped = 0;
  world.liveUntil(() => {
    const { agent } = world.chip;
    if (agent?.status.state === "refused" && !world.service.enabled.has("0001")) {
      helped += 1;
      world.service.enabled.add("0001");
    }
    return done(world);
  });
  // Only a cut between the answer and the store may cost an answer.
  assert.ok(helped <= world.powerCuts, `${helped} activations lost`);
  assert.equal(world.cik, world.service.ciks.get("0001"));
}

function isUpdated(world: World): boolean {
  return world.chip.agent?.status.state === "idle" && world.confirmedVersion === "1.1.0";
}

/** Any cut at any of the first operations: before, within, after. */
function drawCut(random: () => number, operations: number): DrawnCut {
  return {
    operation: Math.floor(random() * operations),
    share: random() * 1.5 - 0.25,
    border: Math.floor(random() * 256),
    fromEnd: random() < 0.5,
    unstableSeed: Math.floor(random() * 4) * 12_345,
  };
}

/** Starts the agent, but the new image crashes at once. */
const startBadImage: WorldOptions["startImage"] = (platform, options) => {
  const { version } = readAppImageHead(platform.openPartition("running")).descriptor;
  if (version === "1.1.0") {
    platform.timer.set(() => platform.boot.restart(), 1);
    return undefined;
  }
  const agent = new Agent(platform, options);
  agent.start();
  return agent;
};

/** Lives one life for each list of cuts and checks how it ended. */
function liveAll(
  count: number,
  draw: () => readonly DrawnCut[],
  check: (cuts: readonly DrawnCut[]) => World,
): void {
  let allCuts = 0;
  for (let life = 0; life < count; life += 1) {
    const cuts = draw();
    try {
      if (check(cuts).powerCuts === cuts.length) allCuts += 1;
    } catch (error) {
      throw new Error(`after the cuts ${JSON.stringify(cuts)}`, { cause: error });
    }
  }
  assert.ok(allCuts > count / 4, `only in ${allCuts} of ${count} lives all cuts fell`);
}

describe("power cuts in twos and more", () => {
  const clean = new CutWorld();
  live(clean, [], isUpdated);
  const operations = clean.flash.operations.length;

  function checkUpdated(cuts: readonly DrawnCut[]): World {
    const world = new CutWorld();
    live(world, cuts, isUpdated);
    const refetched = world.fetchedBytes - newImage.length;
    assert.ok(refetched <= world.powerCuts * (sectorBytes + chunkBytes), `${refetched} bytes`);
    assert.ok(world.chip.boots <= 2 + 3 * world.powerCuts, `${world.chip.boots} boots`);
    assert.deepEqual(world.slotContent(1, newImage.length), newImage);
    // What is confirmed stays, also at the next boot.
    world.chip.powerOn("power-on");
    assert.deepEqual([world.chip.slot, world.confirmedVersion], [1, "1.1.0"]);
    return world;
  }

  it(`cost a bounded number of bytes and no update, in ${lives} lives with two`, function () {
    this.timeout(60_000 + lives * 50);
    const random = randomFrom(seed);
    liveAll(lives, () => [drawCut(random, operations), drawCut(random, operations)], checkUpdated);
  });

  it(`cost no update, in ${lives / 4} lives with up to six, close together`, function () {
    this.timeout(60_000 + lives * 50);
    const random = randomFrom(seed + 1);
    const draw = (): DrawnCut[] =>
      Array.from({ length: 3 + Math.floor(random() * 4) }, (_, index) =>
        drawCut(random, index === 0 ? operations : 12),
      );
    liveAll(lives / 4, draw, checkUpdated);
  });

  it(`leave no bad image running, in ${lives / 4} lives with two`, function () {
    this.timeout(60_000 + lives * 50);
    const random = randomFrom(seed + 2);
    const draw = (): DrawnCut[] => [drawCut(random, operations), drawCut(random, operations)];
    liveAll(lives / 4, draw, (cuts) => {
      const world = new CutWorld({ startImage: startBadImage });
      const isRejected = ({ status }: World): boolean => /rejected before/.test(status.reason);
      live(world, cuts, (at) => at.chip.agent?.status.state === "idle" && isRejected(at));
      assert.deepEqual([world.chip.slot, world.confirmedVersion], [0, "1.0.0"]);
      assert.ok(world.chip.boots <= 3 + 3 * world.powerCuts, `${world.chip.boots} boots`);
      return world;
    });
  });
});
