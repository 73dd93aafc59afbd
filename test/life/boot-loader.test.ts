// Whole lives with boot loaders that are not the simulated chip's: one that keeps no states (built
// without rollback), and otadata as other tools leave it.

import assert from "node:assert/strict";
import { partitionOpener } from "../../src/formats/flash/partitions.js";
import { Agent } from "../../src/agent/agent.js";
import type { AgentOptions } from "../../src/agent/options.js";
import { encodeOtaEntry, otaState } from "../../src/flash/otadata.js";
import { BootOtadata } from "../../src/formats/boot/boot-otadata.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import type { Platform } from "../../src/ports/platform.js";
import { World, type WorldOptions } from "../support/world.js";

/** A boot loader without rollback: it starts what has the greatest sequence, as it is. */
function stateless(flash: FlashPartition): { slot: number } {
  const otadata = new BootOtadata(partitionOpener(flash, 0)("otadata"), 0);
  return { slot: otadata.select({ factory: false, rollback: false, slotCount: 2 }).index };
}

function worldWith(options: WorldOptions, ...entries: readonly Uint8Array[]): World {
  const world = new World(options);
  for (const [sector, entry] of entries.entries()) {
    partitionOpener(world.flash, 0)("otadata").write(entry, sector * 4096);
  }
  world.publish("1.1.0");
  world.chip.powerOn();
  return world;
}

describe("with a boot loader that keeps no states", () => {
  const options: WorldOptions = { startBootLoader: stateless };

  it("an image that another updater started is confirmed, and updates", () => {
    const world = worldWith(options, encodeOtaEntry(1, otaState.new));
    assert.equal(world.status.trial, true);
    world.liveUntilUpdatedTo("1.1.0");
  });

  it("otadata that names a slot without a state, or is blank, will do as well", () => {
    worldWith(options, encodeOtaEntry(1, otaState.undefined)).liveUntilUpdatedTo("1.1.0");
    worldWith(options).liveUntilUpdatedTo("1.1.0");
  });

  it("an image that fails its self-test goes back by itself", () => {
    const agent: AgentOptions = { hooks: { selfTest: (done) => done(false) } };
    const world = worldWith({ ...options, agent });
    world.liveUntil(() => world.chip.boots === 3);
    world.liveUntilState("idle");
    assert.equal(world.confirmedVersion, "1.0.0");
  });

  it("an image that never reaches the service goes back by itself, for good the second time", () => {
    const startImage = (platform: Platform, given: AgentOptions): Agent => {
      const agent: Agent = new Agent(platform, given);
      agent.start();
      if (agent.status.version === "1.1.0") world.network.listen("10.0.0.1", 80, undefined);
      else world.network.listen("10.0.0.1", 80, world.service.accept);
      return agent;
    };
    const world = new World({ ...options, startImage });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.boots === 5);
    world.liveUntilState("idle");
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.match(world.status.reason, /never-reached-service/);
  });
});
