// Trials of new images that go wrong in every way, and power cuts that must not count as one.

import assert from "node:assert/strict";
import { Agent } from "../../../src/agent/agent.js";
import type { AgentOptions } from "../../../src/agent/options.js";
import { readAppImageHead } from "../../../src/flash/app-image-head.js";
import type { Platform } from "../../../src/ports/platform.js";
import { ascii, failure, type VirtualAnswer } from "../../support/virtual-service.js";
import { sha256Hex, World } from "../../support/world.js";

const hourMs = 3_600_000;

/** Starts the agent, but an image of 1.1.0 does what `bad` does. */
function badTrial(bad: (platform: Platform, options: AgentOptions) => Agent | undefined) {
  return (platform: Platform, options: AgentOptions): Agent | undefined => {
    const { version } = readAppImageHead(platform.openPartition("running")).descriptor;
    if (version === "1.1.0") return bad(platform, options);
    return start(platform, options);
  };
}

function start(platform: Platform, options: AgentOptions): Agent {
  const agent = new Agent(platform, options);
  agent.start();
  return agent;
}

/** An image whose network never works. */
function mute(platform: Platform, options: AgentOptions): Agent {
  const resolve: Platform["resolve"] = (_host, onResolved) => {
    platform.timer.set(() => onResolved(undefined), 10);
  };
  return start({ ...platform, resolve }, options);
}

describe("trial", () => {
  it("reverts an image that crashes at once, and does not fetch it again", () => {
    const startImage = badTrial((platform) => {
      platform.timer.set(() => platform.boot.restart(), 1);
      return undefined;
    });
    const world = new World({ startImage });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.boots === 3);
    world.liveUntilState("idle");
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.equal(world.fetchedByAnotherLook(), 0);
    assert.match(world.status.reason, /crashed/);
  });

  it("reverts an image that hangs", () => {
    const world = new World({ startImage: badTrial(() => undefined) });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.boots === 3);
    world.liveUntilState("idle");
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.match(world.status.reason, /hung/);
  });

  it("gives an image that cannot reach the service one more trial, then reverts it for good", () => {
    const world = new World({ startImage: badTrial(mute) });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.boots === 5);
    world.liveUntilState("idle");
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.match(world.status.reason, /never-reached-service/);
    assert.equal(world.fetchedByAnotherLook(), 0);
  });

  it("takes a fixed version after a bad one", () => {
    const startImage = badTrial(() => undefined);
    const world = new World({ startImage });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.boots === 3);
    world.liveUntilState("idle");
    world.publish("1.1.1");
    world.chip.agent?.checkNow();
    world.liveUntilUpdatedTo("1.1.1");
  });

  it("confirms a good image although its first boot loses power twice", () => {
    const world = new World();
    world.publish("1.1.0");
    world.chip.powerOn();
    for (let cut = 0; cut < 2; cut += 1) {
      world.liveUntil(() => world.chip.agent?.status.trial === true);
      world.chip.cutPower();
      world.chip.powerOn("power-on");
      assert.equal(world.status.version, "1.0.0");
    }
    world.liveUntilUpdatedTo("1.1.0");
  });

  it("begins again after a silent one only what is offered still, as it was", () => {
    for (const change of ["withdrawn", "replaced"]) {
      const world = new World();
      const image = world.publish("1.1.0");
      world.chip.powerOn();
      world.liveUntil(() => world.chip.agent?.status.trial === true);
      world.network.listen("10.0.0.1", 80, undefined);
      world.liveUntil(() => world.chip.agent?.status.version === "1.0.0");
      world.liveUntilState("backing-off");
      world.service.contents.clear();
      if (change === "replaced") world.publish("1.2.0");
      world.network.listen("10.0.0.1", 80, world.service.accept);
      const { boots } = world.chip;
      world.liveUntilState("idle");
      if (change === "withdrawn") {
        assert.deepEqual([world.chip.boots, world.confirmedVersion], [boots, "1.0.0"]);
        // Offered again as it was, it is taken from flash.
        world.service.contents.set("lamp-1.1.0", {
          bytes: image,
          meta: `version=1.1.0&sha256=${sha256Hex(image)}`,
          timestampSeconds: 1_700_000_000,
        });
        const { fetchedBytes } = world;
        world.chip.agent?.checkNow();
        world.liveUntilUpdatedTo("1.1.0");
        assert.equal(world.fetchedBytes, fetchedBytes);
      } else world.liveUntilUpdatedTo("1.2.0");
    }
  });

  it("is not taken for one that reached the service by whoever answers in its place", () => {
    const strangers: readonly VirtualAnswer[] = [
      failure(401, "Unauthorized"),
      failure(403, "Forbidden"),
      failure(409, "Conflict"),
      failure(404, "Not Found"),
      { status: 204, fields: [], body: new Uint8Array(0) },
      { status: 200, fields: [], body: new Uint8Array(0) },
      { status: 200, fields: [["Content-Type", "text/html"]], body: ascii("<p>Log in</p>") },
      { status: 302, fields: [["Location", "http://portal/"]], body: new Uint8Array(0) },
    ];
    for (const answer of strangers) {
      const world = new World();
      world.publish("1.1.0");
      world.chip.powerOn();
      world.liveUntil(() => world.chip.agent?.status.trial === true);
      world.service.bend = () => answer;
      world.liveUntil(() => world.chip.agent?.status.version === "1.0.0", hourMs);
      // One stranger is not held against the image.
      world.service.bend = (_request, own) => own;
      world.liveUntilUpdatedTo("1.1.0");
    }
  });

  it("of a good image whose key is revoked waits for a new key in the old image, then goes on", () => {
    const world = new World();
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.agent?.status.trial === true);
    world.service.ciks.clear();
    world.liveUntil(() => world.chip.agent?.status.version === "1.0.0", hourMs);
    world.liveUntilState("refused");
    assert.match(world.status.reason, /enable serial 0001 of model lamp/);
    world.time.runUntil(() => false, world.time.nowMs + 24 * hourMs);
    assert.equal(world.confirmedVersion, "1.0.0");
    world.service.enabled.add("0001");
    world.liveUntilUpdatedTo("1.1.0");
  });

  it("survives an outage of the service during the trial", () => {
    const world = new World();
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.agent?.status.trial === true);
    world.network.listen("10.0.0.1", 80, undefined);
    world.liveUntil(() => world.chip.agent?.status.version === "1.0.0");
    world.liveUntilState("backing-off");
    world.network.listen("10.0.0.1", 80, world.service.accept);
    world.liveUntilUpdatedTo("1.1.0");
  });
});
