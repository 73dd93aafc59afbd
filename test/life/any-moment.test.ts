// The product may stop, start, restart and hurry the agent at any moment of its life, and timers
// may be late. Every moment: after each event of a clean life.

import assert from "node:assert/strict";
import { Agent } from "../../src/agent/agent.js";
import { makeImage, World, type WorldOptions } from "../support/world.js";

const hourMs = 3_600_000;
const imageBytes = 9008;

function makeWorld(options: WorldOptions = {}): World {
  const world = new World({ watchdogMs: Infinity, ...options });
  world.publish("1.1.0", makeImage({ version: "1.1.0", bytes: imageBytes }));
  world.chip.powerOn();
  return world;
}

function isUpdated(world: World): boolean {
  return world.chip.agent?.status.state === "idle" && world.confirmedVersion === "1.1.0";
}

/** Lives to the end; a key that was lost with its answer is given anew. */
function liveOn(world: World): void {
  world.liveUntil(() => {
    if (world.chip.agent?.status.state === "refused") world.service.enabled.add("0001");
    return isUpdated(world);
  }, 24 * hourMs);
  assert.equal(world.cik, world.service.ciks.get("0001"));
}

/** Lives `events` events of a life. */
function worldAfter(events: number, options?: WorldOptions): World {
  const world = makeWorld(options);
  for (let event = 0; event < events; event += 1) world.time.step();
  return world;
}

const moments = countEvents();

function countEvents(): number {
  const world = makeWorld();
  let events = 0;
  while (!isUpdated(world)) {
    assert.ok(world.time.step());
    events += 1;
  }
  return events;
}

/** Does `act` at every moment and lives on. Tells the states it was done in. */
function atEveryMoment(act: (agent: Agent, world: World) => void): Set<string> {
  const states = new Set<string>();
  for (let moment = 0; moment < moments; moment += 1) {
    const world = worldAfter(moment);
    const { agent } = world.chip;
    assert.ok(agent);
    states.add(agent.status.state);
    try {
      act(agent, world);
      liveOn(world);
    } catch (error) {
      const { state } = agent.status;
      throw new Error(`after event ${moment}, in state ${state}`, { cause: error });
    }
  }
  return states;
}

const states = [
  "activating",
  "downloading",
  "inspecting",
  "listing",
  "rechecking",
  "restarted",
  "restarting",
  "testing",
  "verifying",
];

describe(`at any of ${moments} moments of a life`, () => {
  it("the agent can be stopped, does nothing then, and goes on when it is started", () => {
    const met = atEveryMoment((agent, world) => {
      if (agent.status.state === "restarted") return;
      agent.stop();
      // The key that is on its way is waited for.
      world.liveUntilState("stopped", 60_000);
      const { requests } = world;
      world.time.runUntil(() => false, world.time.nowMs + hourMs);
      assert.equal(world.time.pending, 0, "a timer was left");
      assert.equal(agent.status.state, "stopped");
      assert.equal(world.requests, requests);
      agent.start();
    });
    assert.deepEqual([...met].sort(), states);
  });

  it("the agent can be stopped and started at once, and started twice", () => {
    atEveryMoment((agent) => {
      agent.stop();
      agent.stop();
      agent.start();
      agent.start();
    });
  });

  it("the agent can be told to check now: a visit under way is not doubled", () => {
    atEveryMoment((agent, world) => {
      const { requests } = world;
      agent.checkNow();
      agent.checkNow();
      assert.equal(world.requests, requests);
    });
  });

  it("the product can restart the chip: no release is given up for it", () => {
    atEveryMoment((agent, world) => {
      agent.restart();
      assert.ok(world.chip.boots <= 3);
    });
  });

  it("the power can go: at most a sector and a chunk are fetched twice", () => {
    atEveryMoment((_agent, world) => {
      world.chip.powerOn("power-on");
      liveOn(world);
      assert.ok(world.fetchedBytes - imageBytes <= 2 * 4096, `${world.fetchedBytes} fetched`);
    });
  });
});

describe("timers that are late", () => {
  it("by any time up to a minute cost time only", () => {
    for (const lateMs of [1, 500, 5000, 60_000]) {
      let draws = 0;
      const world = makeWorld({
        startImage: (platform, options) => {
          const { timer } = platform;
          const agent = new Agent(
            {
              ...platform,
              timer: {
                set: (callback, delayMs) =>
                  timer.set(callback, delayMs + (draws++ % 3 === 0 ? lateMs : 0)),
                clear: (handle) => {
                  timer.clear(handle);
                },
              },
            },
            options,
          );
          agent.start();
          return agent;
        },
      });
      liveOn(world);
      assert.equal(world.fetchedBytes, imageBytes);
    }
  });
});
