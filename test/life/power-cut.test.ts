// One life, cut at every flash operation it makes: otadata and NVS by the agent and the boot
// loader, payload, erases. After each cut the device must come to the same end.

import assert from "node:assert/strict";
import type { Cut, FlashOperation } from "../support/nor-flash.js";
import { sectorBytes } from "../../src/ports/flash.js";
import { makeImage, World } from "../support/world.js";

const imageBytes = 10_000;
const chunkBytes = 2048;

function makeWorld(): World {
  const world = new World({ nvsInFlash: true, agent: { chunkBytes } });
  world.publish("1.1.0", makeImage({ version: "1.1.0", bytes: imageBytes }));
  return world;
}

/** Lives one life with the power failing at `cut`. */
function live(cut: Cut | undefined): World {
  const world = makeWorld();
  world.flash.powerOn(); // What the factory wrote does not count.
  if (cut !== undefined) world.flash.cutAt(cut);
  world.bearCuts(() => world.chip.powerOn());
  world.liveUntil(() => ["refused", "idle"].includes(world.chip.agent?.status.state ?? ""));
  if (world.status.state === "refused") {
    // Cut between the answer and the store: the CIK is lost, and only that. The vendor helps.
    assert.equal(world.cik, undefined);
    assert.match(world.status.reason, /lost.* \(409\): enable serial 0001 of model lamp again/);
    world.service.enabled.add("0001");
  }
  world.liveUntilUpdatedTo("1.1.0");
  return world;
}

/** Before, in the middle of, and after an operation; an erase also leaves unstable bits. */
function cutsOf({ kind, byteLength }: FlashOperation, operation: number): Cut[] {
  const half = Math.floor(byteLength / 2);
  const cuts: Cut[] = [
    { operation, bytes: 0 },
    { operation, bytes: half, border: 0x0f },
    { operation, bytes: byteLength },
  ];
  if (kind === "erase") {
    cuts.push({ operation, bytes: half, fromEnd: true, unstableSeed: operation + 1 });
    cuts.push({ operation, bytes: 0, unstableSeed: operation + 1 });
  }
  return cuts;
}

describe("a power cut", () => {
  const clean = live(undefined);
  const operations = [...clean.flash.operations];

  it("has flash operations to fall on", () => {
    const kinds = new Set(operations.map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), ["erase", "program"]);
    assert.ok(operations.length > 80, `${operations.length} operations`);
    assert.equal(clean.powerCuts, 0);
  });

  it("at any flash operation costs neither the CIK nor the update, and one sector at most", function () {
    this.timeout(120_000);
    let points = 0;
    let lostAnswers = 0;
    for (const [index, operation] of operations.entries()) {
      for (const cut of cutsOf(operation, index)) {
        const replay = JSON.stringify(cut);
        const world = live(cut);
        assert.equal(world.powerCuts, 1, replay);
        lostAnswers += world.service.activations - 1;
        assert.equal(world.cik, world.service.ciks.get("0001"), replay);
        const refetched = world.fetchedBytes - imageBytes;
        assert.ok(refetched <= sectorBytes + chunkBytes, `${replay}: ${refetched} fetched twice`);
        points += 1;
      }
    }
    assert.ok(points > 250, `${points} points`);
    assert.ok(lostAnswers > 0 && lostAnswers < 25, `${lostAnswers} answers lost`);
  });
});
