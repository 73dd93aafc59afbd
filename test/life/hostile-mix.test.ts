// A service that misbehaves: in one way all the time, and in one way after another, drawn from a
// seed. Whatever it does, no wrong bytes boot, nothing is thrown, requests and boots are bounded,
// and once it is honest the update is made. `HOSTILE_SEED=n` draws others, `HOSTILE_LIVES=n` more,
// `HOSTILE_LIFE=n` lives that one alone.

import assert from "node:assert/strict";
import { env } from "node:process";
import { openSha256 } from "../../hosts/node/digest.js";
import { boot } from "../../src/formats/boot/boot-loader.js";
import { seededRandom } from "../../src/simulator/chip/seeded.js";
import type { AgentOptions } from "../../src/agent/options.js";
import { chunkBytesMin, pipelineDepthDefault } from "../../src/agent/limits.js";
import { misdeeds, type Misdeed, type Random } from "../support/misdeeds.js";
import type { Bend } from "../support/virtual-service.js";
import { makeImage, World } from "../support/world.js";

const hourMs = 3_600_000;
const seed = Number(env["HOSTILE_SEED"] ?? 1);
const firstLife = Number(env["HOSTILE_LIFE"] ?? 0);
const lives = env["HOSTILE_LIFE"] === undefined ? Number(env["HOSTILE_LIVES"] ?? 60) : 1;
const hostileHours = 2;
/** Of a device that gets nowhere: retries and polls. */
const requestsPerHourMax = 200;
const imageBytes = 20_000;
const versions = ["1.0.0", "1.1.0", "1.2.0"];
const images = versions.map((version) =>
  makeImage({ version, bytes: version === "1.0.0" ? 12_000 : imageBytes }),
);

/** A world that refuses to start what is not, byte for byte, an image that somebody published. */
class HostileWorld extends World {
  readonly thrown: unknown[] = [];
  isHonest = false;
  readonly #pipelineDepth: number;

  constructor(random: Random, agent: AgentOptions = {}) {
    super({
      random,
      agent,
      onThrown: (error) => this.thrown.push(error),
      startBootLoader: (flash) => {
        const { booted, problem } = boot(flash, { openDigest: openSha256 });
        assert.ok(booted, problem);
        const { index } = booted;
        const isWhole = images.some((image) =>
          Buffer.from(image).equals(this.slotContent(index, image.length)),
        );
        assert.ok(isWhole, `slot ${index} starts bytes that nobody published`);
        return { slot: index };
      },
    });
    this.#pipelineDepth = agent.pipelineDepth ?? pipelineDepthDefault;
    this.publish("1.1.0", images[1]);
  }

  /** Lives with a server that bends answers, then with the honest one, until it is updated. */
  live(bend: Bend): void {
    this.service.bend = (request, answer) => {
      this.service.enabled.add("0001");
      return this.isHonest ? answer : bend(request, answer);
    };
    this.chip.powerOn();
    this.time.runUntil(() => false, hostileHours * hourMs);
    // So many bytes earn another try without a pause; what was in flight is then asked for again.
    const earned = Math.ceil(this.fetchedBytes / chunkBytesMin) * this.#pipelineDepth;
    const requestsMax = hostileHours * requestsPerHourMax + earned;
    assert.ok(this.requests < requestsMax, `${this.requests} requests in ${hostileHours} hours`);
    assert.ok(this.chip.boots <= 6, `${this.chip.boots} boots`);
    this.isHonest = true;
    this.liveUntil(() => ["idle", "downloading"].includes(this.status.state));
    if (this.confirmedVersion !== "1.1.0") {
      // Lies about its bytes may have cost this release its identity; the next one is as good.
      this.publish("1.2.0", images[2]);
      this.chip.agent?.checkNow();
    }
    this.liveUntil(() => {
      const { state } = this.status;
      return state === "idle" && versions.indexOf(this.confirmedVersion ?? "") > 0;
    }, 48 * hourMs);
    assert.deepEqual(this.thrown, []);
    assert.equal(this.cik, this.service.ciks.get("0001"));
  }
}

/** What may be drawn for one life. */
function drawOptions(random: Random): AgentOptions {
  return {
    chunkBytes: 256 << Math.floor(random() * 6),
    pipelineDepth: 1 + Math.floor(random() * 8),
  };
}

describe("a service that misbehaves in one way", () => {
  for (const [number, { name, harmless, make }] of misdeeds.entries()) {
    it(`${name}: does no lasting harm${harmless ? ", nor any" : ""}`, () => {
      const random = seededRandom(number);
      const world = new HostileWorld(random);
      const schedule = (callback: () => void, delayMs: number): void => {
        world.time.schedule(callback, delayMs);
      };
      if (harmless) {
        world.service.bend = make({ random, schedule });
        world.chip.powerOn();
        world.liveUntilUpdatedTo("1.1.0", hourMs);
        assert.equal(world.fetchedBytes, imageBytes);
        assert.deepEqual(world.thrown, []);
      } else world.live(make({ random, schedule }));
    });
  }
});

describe("a service that misbehaves in one way after another", () => {
  it(`does no lasting harm, in ${lives} lives`, function () {
    this.timeout(60_000 + lives * 500);
    for (let life = firstLife; life < firstLife + lives; life += 1) {
      const random = seededRandom(seed * 1_000_003 + life);
      try {
        const world = new HostileWorld(random, drawOptions(random));
        world.live(drawBend(world, random));
      } catch (error) {
        const replay = `HOSTILE_SEED=${seed} HOSTILE_LIFE=${life}`;
        throw new Error(`${String(error)}; again with ${replay}`, { cause: error });
      }
    }
  });
});

/** Some of the misdeeds, so often; each answer suffers one, two or none of them. */
function drawBend(world: World, random: Random): Bend {
  const badness = 0.1 + 0.8 * random();
  const means = {
    random,
    schedule: (callback: () => void, delayMs: number): void => {
      world.time.schedule(callback, delayMs);
    },
  };
  const kinds = 1 + Math.floor(random() * misdeeds.length);
  const bends = Array.from({ length: kinds }, () => pick(misdeeds, random).make(means));
  return (request, answer) => {
    if (random() > badness) return answer;
    const bent = pick(bends, random)(request, answer);
    const isAnswer = bent !== undefined && typeof bent !== "function";
    return isAnswer && random() < 0.3 ? pick(bends, random)(request, bent) : bent;
  };
}

function pick<Item extends Misdeed | Bend>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  assert.ok(item);
  return item;
}
