// Products that throw, answer twice, too late or never, and act from within what they are told.

import assert from "node:assert/strict";
import { Agent } from "../../src/agent/agent.js";
import type { AgentHooks, AgentOptions } from "../../src/agent/options.js";
import type { Platform } from "../../src/ports/platform.js";
import { World } from "../support/world.js";

const hourMs = 3_600_000;

/** A world whose agent can be reached from its own hooks and observer. */
function worldWith(options: (agent: () => Agent) => AgentOptions): World {
  const startImage = (platform: Platform, given: AgentOptions): Agent => {
    const own = options(() => agent);
    const observer = { ...given.observer, ...own.observer };
    const agent: Agent = new Agent(platform, { ...given, ...own, observer });
    agent.start();
    return agent;
  };
  return new World({ startImage, watchdogMs: Infinity });
}

function worldOf(hooks: AgentHooks): World {
  const world = new World({ agent: { hooks } });
  world.publish("1.1.0");
  world.chip.powerOn();
  return world;
}

describe("a product that stops the agent", () => {
  type Where = "fetched" | "progress" | "connected" | "requested" | "refuseRelease" | "selfTest";
  const places: readonly Where[] = [
    "fetched",
    "progress",
    "connected",
    "requested",
    "refuseRelease",
    "selfTest",
  ];
  for (const where of places) {
    it(`from within ${where}: it stops, and goes on where it was when it is started again`, () => {
      let stopped = 0;
      const world = worldWith((agent) => {
        const stop = (place: Where): undefined => {
          if (place === where && stopped++ === 0) agent().stop();
        };
        return {
          hooks: {
            refuseRelease: () => stop("refuseRelease"),
            selfTest: (done) => {
              stop("selfTest");
              done(true);
            },
          },
          observer: {
            fetched: () => stop("fetched"),
            progress: () => stop("progress"),
            connected: () => stop("connected"),
            requested: () => stop("requested"),
          },
        };
      });
      world.publish("1.1.0");
      world.chip.powerOn();
      world.liveUntilState("stopped", hourMs);
      world.time.runUntil(() => false, world.time.nowMs + 1000);
      const requests = world.service.requests.length;
      world.time.runUntil(() => false, world.time.nowMs + hourMs);
      assert.equal(world.status.state, "stopped");
      assert.equal(world.service.requests.length, requests);
      world.chip.agent?.start();
      world.liveUntilUpdatedTo("1.1.0", 6 * hourMs);
    });
  }
});

describe("a product that stops the agent while it asks for the key", () => {
  for (const delayMs of [0, 1, 5, 12, 20, 30, 36, 40]) {
    it(`${delayMs} ms after it began: the answer is taken first, and the key stored`, () => {
      const world = new World({ watchdogMs: Infinity });
      world.chip.powerOn();
      world.liveUntilState("activating");
      world.time.runUntil(() => false, world.time.nowMs + delayMs);
      world.chip.agent?.stop();
      world.liveUntilState("stopped", hourMs);
      assert.equal(world.service.activations, 1);
      assert.equal(world.cik, world.service.ciks.get("0001"));
      world.time.runUntil(() => false, world.time.nowMs + hourMs);
      assert.equal(world.status.state, "stopped");
      world.chip.agent?.start();
      world.liveUntilState("idle", hourMs);
      assert.equal(world.service.activations, 1);
    });
  }

  it("stops it once the answer cannot come any more", () => {
    const world = new World({ watchdogMs: Infinity });
    world.service.bend = () => () => undefined;
    world.chip.powerOn();
    world.liveUntilState("activating");
    world.time.runUntil(() => false, world.time.nowMs + 1000);
    world.chip.agent?.stop();
    assert.equal(world.status.state, "activating");
    world.liveUntilState("stopped", 180_000);
  });

  it("and starts it before the answer has come: it goes on", () => {
    const world = new World();
    world.chip.powerOn();
    world.liveUntilState("activating");
    world.chip.agent?.stop();
    world.chip.agent?.start();
    world.liveUntilState("idle", hourMs);
    assert.equal(world.service.activations, 1);
  });
});

describe("a product's observer that throws", () => {
  const callbacks = ["status", "progress", "fetched", "connected", "requested"] as const;
  for (const callback of callbacks) {
    it(`in ${callback} is named in the log, and costs nothing`, () => {
      const fault = (): never => {
        throw new Error("no display");
      };
      const world = worldWith(() => ({ observer: { [callback]: fault } }));
      world.publish("1.1.0");
      world.chip.powerOn();
      world.liveUntilUpdatedTo("1.1.0", hourMs);
      assert.equal(world.chip.boots, 2);
      const lines = world.log.filter((line) => line.includes("no display"));
      assert.deepEqual(lines, [
        `the product's observer fails in ${callback}: Error: no display`,
        ...(lines.length > 1 ? [lines[0]] : []),
      ]);
    });
  }
});

describe("a product's refuseRelease that throws", () => {
  it("costs neither the release nor the slot, and is asked less and less often", () => {
    let asked = 0;
    let isBroken = true;
    const world = worldOf({
      refuseRelease: () => {
        asked += 1;
        if (isBroken) throw new Error("the product's mistake");
        return undefined;
      },
    });
    world.time.runUntil(() => false, 24 * hourMs);
    assert.ok(asked > 2 && asked < 150, `asked ${asked} times in a day`);
    assert.deepEqual(world.erasedBlocks(1), []);
    isBroken = false;
    world.liveUntilUpdatedTo("1.1.0");
  });
});

describe("a product's self-test", () => {
  it("that throws has failed: the old image is back, the release is known by its fault", () => {
    const world = worldOf({
      selfTest: () => {
        throw new Error("the sensor is missing");
      },
    });
    world.liveUntil(() => world.chip.boots === 3, hourMs);
    world.liveUntilState("idle", hourMs);
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.match(world.status.reason, /self-test.*the sensor is missing/);
  });

  it("that answers and then throws has answered", () => {
    const world = worldOf({
      selfTest: (done) => {
        done(true);
        throw new Error("too late");
      },
    });
    world.liveUntilUpdatedTo("1.1.0", hourMs);
  });

  it("that never answers has failed: the release is given up for that, at once", () => {
    const world = worldOf({ selfTest: () => undefined });
    world.liveUntil(() => world.chip.boots === 3, hourMs);
    world.liveUntilState("idle", hourMs);
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.match(world.status.reason, /self-test/);
    assert.equal(world.chip.boots, 3);
  });

  it("that answers again, or otherwise, or after the trial, changes nothing", () => {
    for (const [first, then] of [
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      let repeat = (): void => undefined;
      const world = worldOf({
        selfTest: (done) => {
          done(first);
          done(then);
          repeat = () => done(then);
        },
      });
      world.liveUntil(() => world.chip.boots >= 2 && world.status.state === "idle", hourMs);
      repeat();
      const version = first ? "1.1.0" : "1.0.0";
      world.time.runUntil(() => false, world.time.nowMs + hourMs);
      assert.equal(world.confirmedVersion, version);
    }
  });

  it("that answers when the trial's time is over cannot confirm any more", () => {
    let answer = (): void => undefined;
    const world = worldOf({
      selfTest: (done) => {
        answer = () => done(true);
      },
    });
    world.liveUntilState("restarted", hourMs); // Into the trial.
    world.liveUntilState("testing", hourMs);
    world.liveUntilState("restarted", hourMs); // And out of it.
    answer();
    world.liveUntilState("idle", hourMs);
    assert.equal(world.status.version, "1.0.0");
  });
});
