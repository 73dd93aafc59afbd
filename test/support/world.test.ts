// The device's world delivers what the agent's tests build on: images, releases, power cuts.

import assert from "node:assert/strict";
import { PowerCut } from "./nor-flash.js";
import { makeImage, sha256Hex, World } from "./world.js";

/** A world whose device does nothing. */
function idleWorld(): World {
  return new World({ startImage: () => undefined, watchdogMs: Infinity });
}

describe("a device's world", () => {
  it("makes the same image from the same options, and another from others", () => {
    const image = makeImage({ version: "1.1.0", bytes: 20_000 });
    assert.equal(image.length, 20_000);
    assert.deepEqual(makeImage({ version: "1.1.0", bytes: 20_000 }), image);
    for (const other of [{ version: "1.1.1" }, { version: "1.1.0", project: "other-sim" }]) {
      assert.notDeepEqual(makeImage({ ...other, bytes: 20_000 }), image);
    }
  });

  it("begins with 1.0.0 in the first slot, from which the boot loader starts", () => {
    const world = idleWorld();
    world.chip.powerOn();
    assert.equal(world.chip.slot, 0);
    const image = makeImage({ version: "1.0.0", bytes: 12_000 });
    assert.deepEqual(world.slotContent(0, image.length), image);
  });

  it("publishes releases with their digest", () => {
    const world = idleWorld();
    const image = world.publish("1.1.0");
    const content = world.service.contents.get("lamp-1.1.0");
    assert.deepEqual(content?.bytes, image);
    assert.equal(content.meta, `version=1.1.0&sha256=${sha256Hex(image)}`);
  });

  it("tells which blocks of a slot were erased since power came", () => {
    const world = idleWorld();
    world.flash.powerOn();
    for (const block of [0x42, 0x40, 0x20]) world.flash.eraseBlock(block);
    assert.deepEqual([world.erasedBlocks(1), world.erasedBlocks(0)], [[2, 0], [0]]);
  });

  it("turns a power cut into a new boot, even if the program caught what the flash threw", () => {
    const world = idleWorld();
    world.chip.powerOn();
    for (const cut of [
      () => {
        world.flash.eraseBlock(0x40);
      },
      () => {
        assert.throws(() => {
          world.flash.eraseBlock(0x40);
        }, PowerCut);
      },
    ]) {
      const { boots } = world.chip;
      world.flash.cutAt({ operation: 0, bytes: 0 });
      assert.equal(world.bearCuts(cut), undefined);
      assert.equal(world.chip.boots, boots + 1);
      assert.ok(!world.flash.wasCut);
    }
    assert.equal(world.powerCuts, 2);
  });

  it("bears a cut within the reboot that follows a cut", () => {
    const world = idleWorld();
    const powerOn = world.flash.powerOn.bind(world.flash);
    let cutsLeft = 3;
    world.flash.powerOn = () => {
      powerOn();
      // The first boot of a device records itself: the boot loader erases and programs otadata.
      if (cutsLeft-- > 0) world.flash.cutAt({ operation: 0, bytes: 100, unstableSeed: 1 });
    };
    world.flash.cutAt({ operation: 0, bytes: 0 });
    world.bearCuts(() => {
      world.chip.powerOn();
    });
    assert.equal(world.powerCuts, 4);
    assert.equal(world.chip.slot, 0);
    assert.ok(!world.flash.wasCut);
  });

  it("passes on whatever else is thrown, and what is returned", () => {
    const world = idleWorld();
    assert.equal(
      world.bearCuts(() => 17),
      17,
    );
    assert.throws(
      () =>
        world.bearCuts(() => {
          throw new Error("a bug");
        }),
      /a bug/,
    );
  });

  it("fails if what is waited for does not happen in time", () => {
    const world = idleWorld();
    world.chip.powerOn();
    assert.throws(() => {
      world.liveUntil(() => false, 1000);
    }, /did not happen/);
  });
});
