// Services that never settle, products that act from within a callback or throw, a store without room.

import assert from "node:assert/strict";
import { Agent } from "../../src/agent/agent.js";
import type { AgentOptions } from "../../src/agent/options.js";
import type { Platform } from "../../src/ports/platform.js";
import { World } from "../support/world.js";

const hourMs = 3_600_000;

/** A world whose agent can be reached from its own hooks and observer. */
function worldWith(options: (agent: () => Agent) => AgentOptions): World {
  const startImage = (platform: Platform, given: AgentOptions): Agent => {
    const own = options(() => agent);
    const agent: Agent = new Agent(platform, {
      ...given,
      ...own,
      observer: { ...given.observer, ...own.observer },
    });
    agent.start();
    return agent;
  };
  return new World({ startImage, watchdogMs: Infinity });
}

describe("adversity", () => {
  it("a service that gives a key and then refuses it is asked less and less often", () => {
    const world = new World();
    world.service.bend = (request, answer) => {
      world.service.enabled.add("0001");
      return request.path.endsWith("download") ? { ...answer, status: 401 } : answer;
    };
    world.chip.powerOn();
    world.time.runUntil(() => world.service.activations > 200, 2 * hourMs);
    assert.ok(world.service.activations < 100, `${world.service.activations} activations in 2 h`);
  });

  it("a release whose metadata change at every look is fetched less and less often", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.service.bend = (request, answer) => {
      const content = world.service.contents.get("lamp-1.1.0");
      if (request.query.has("info") && content) content.timestampSeconds += 1;
      return answer;
    };
    world.chip.powerOn();
    world.time.runUntil(() => world.fetchedBytes > 200 * image.length, 2 * hourMs);
    const images = world.fetchedBytes / image.length;
    assert.ok(images < 100, `${images} images fetched in ${world.time.nowMs} ms`);
  });

  it("stops when told so from its own status, and asks nothing more", () => {
    const world = worldWith((agent) => ({
      observer: { status: ({ state }) => state === "listing" && agent().stop() },
    }));
    world.chip.powerOn();
    world.time.runUntil(() => false, hourMs);
    assert.equal(world.status.state, "stopped");
    assert.deepEqual(world.service.requests, ["POST /provision/activate"]);
  });

  it("starts anew when told so from its own status", () => {
    let restarts = 0;
    const world = worldWith((agent) => ({
      observer: {
        status: ({ state }) => {
          if (state === "idle" && restarts === 0) agent().stop();
          if (state === "stopped" && restarts++ === 0) agent().start();
        },
      },
    }));
    world.chip.powerOn();
    world.liveUntil(() => restarts === 1 && world.status.state === "idle", hourMs);
  });

  it("does not switch when the product stops it from mayRestart", () => {
    const world = worldWith((agent) => ({
      hooks: {
        mayRestart: () => {
          agent().stop();
          return true;
        },
      },
    }));
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilState("stopped", hourMs);
    world.chip.powerOn("power-on");
    assert.equal(world.status.version, "1.0.0");
  });

  it("restarts although the store is full", () => {
    const world = new World();
    world.chip.powerOn();
    world.liveUntilState("idle");
    world.stores.bytesMax = 0;
    world.chip.agent?.restart();
    world.liveUntil(() => world.chip.boots === 2, 60_000);
  });

  it("does not ask for a new CIK that flash has no room for", () => {
    const world = new World();
    world.chip.powerOn();
    world.liveUntilState("idle");
    world.service.ciks.clear();
    world.service.enabled.add("0001");
    // As NVS: writing over a value takes room beside the old one.
    world.stores.bytesMax = world.stores.bytes + 20;
    world.chip.agent?.checkNow();
    world.liveUntilState("backing-off", hourMs);
    assert.equal(world.service.activations, 1);
  });

  it("stores a CIK as soon as flash has room for it, and does not restart before", () => {
    const world = new World();
    world.publish("1.1.0");
    world.service.bend = (request, answer) => {
      if (request.path.endsWith("activate")) world.stores.bytesMax = world.stores.bytes;
      return answer;
    };
    world.chip.powerOn();
    world.time.runUntil(() => false, hourMs);
    assert.equal(world.chip.boots, 1, "it restarted and lost its key");
    world.stores.bytesMax = Infinity;
    world.liveUntilUpdatedTo("1.1.0");
    assert.equal(world.service.activations, 1);
    assert.equal(world.cik, world.service.ciks.get("0001"));
  });

  it("a product whose mayRestart throws keeps its old image, and the chip its peace", () => {
    const thrown: unknown[] = [];
    const world = new World({
      onThrown: (error) => thrown.push(error),
      agent: {
        hooks: {
          mayRestart: () => {
            throw new Error("the product's mistake");
          },
        },
      },
    });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.time.runUntil(() => false, hourMs);
    assert.deepEqual(thrown, []);
  });
});
