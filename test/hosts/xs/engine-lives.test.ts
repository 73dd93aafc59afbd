// Many lives on the real engine: killed at random moments, and cut within flash writes at random
// bytes, of the image or of the records, and at random operations. `LIVES=n` lives so many,
// `LIVES_SEED=n` draws others. A life is replayed by `LIVES_ONLY=n`, up to what the machine makes of
// the moments.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import { seededRandom } from "../../../src/simulator/chip/seeded.js";
import { misdeeds } from "../../support/misdeeds.js";
import type { Bend } from "../../support/virtual-service.js";
import { builtEngine } from "./built-engine.js";
import { drawCuts } from "./drawn-cuts.js";
import { EngineLife, type LifeEnd, type LifePlan } from "./engine-life.js";

const lives = Number(env["LIVES"] ?? 60);
const seed = Number(env["LIVES_SEED"] ?? 1);
const only = env["LIVES_ONLY"] === undefined ? undefined : Number(env["LIVES_ONLY"]);

describe("a device on the engine", function () {
  this.timeout(240_000);
  let engine: string;
  let folder: string;

  before(async function () {
    engine = await builtEngine(this);
    folder = mkdtempSync(join(tmpdir(), "engine-lives-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function live(name: string, plan: LifePlan): Promise<LifeEnd> {
    const own = mkdtempSync(join(folder, "life-"));
    try {
      return await new EngineLife(engine, own, plan).run();
    } catch (error) {
      throw new Error(`${name}: ${JSON.stringify(plan.cuts)}`, { cause: error });
    } finally {
      rmSync(own, { recursive: true });
    }
  }

  it(`holds what it must in ${lives} lives that lose power`, async function () {
    this.timeout(120_000 + lives * 5_000);
    const clean = await live("the clean life", { cuts: [] });
    // The last power-on shows that what is confirmed stays.
    assert.deepEqual([clean.report.powerCuts, clean.report.boots], [1, 3]);
    const ends: LifeEnd[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let life = next++; life < lives; life = next++) {
        if (only !== undefined && life !== only) continue;
        const cuts = drawCuts(seededRandom(seed * 1_000_003 + life), clean);
        ends.push(await live(`LIVES_SEED=${seed} LIVES_ONLY=${life}`, { cuts }));
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    const sum = (of: (end: LifeEnd) => number): number =>
      ends.reduce((all, end) => all + of(end), 0);
    const cuts = sum(({ report }) => report.powerCuts);
    const boots = sum(({ report }) => report.boots);
    const lost = sum(({ lostAnswers }) => lostAnswers);
    process.stdout.write(
      `    ${ends.length} lives on the engine, ${boots} boots, ${cuts} losses of power, ` +
        `${lost} answers to an activation lost, violations: 0\n`,
    );
    if (only === undefined) assert.ok(cuts > 1.5 * lives, `${cuts} losses of power`);
  });

  it("would be noticed if it started other bytes, or had too little memory", async () => {
    const release = makeFirmware({ name: "lamp", version: "1.1.0", seed: 2 });
    const { message } = await problemOf({ cuts: [], release });
    assert.match(message, /starts what nobody published/);
    const small = await problemOf({ cuts: [], heapBytes: 20_000 });
    assert.match(small.message, /a boot ends with memory-full/);
  });

  /** What a life that must not hold is rejected with. */
  async function problemOf(plan: LifePlan): Promise<Error> {
    try {
      await live("a control", plan);
    } catch (error) {
      if (error instanceof Error && error.cause instanceof Error) return error.cause;
      throw error;
    }
    throw new assert.AssertionError({ message: "nothing was noticed" });
  }

  it("leaves a tenth of the stack to hooks and observers of the product", async () => {
    await live("the clean life", { cuts: [], stackSlots: 460 });
    const { message } = await problemOf({ cuts: [], stackSlots: 300 });
    assert.match(message, /a boot ends with stack-overflow/);
  });

  const floods = misdeeds.filter(({ name }) => /floods|without end|storms/.test(name));
  it(`bears in its heap ${floods.length} servers that send without end`, async () => {
    assert.ok(floods.length >= 7);
    await Promise.all(
      floods.map(async ({ name, make }) => {
        const means = { random: seededRandom(1), schedule: () => undefined };
        const flood = make(means);
        let floodsLeft = 2;
        const bend: Bend = (request, answer) => {
          if (!request.fields.has("range") || floodsLeft === 0) return answer;
          floodsLeft -= 1;
          return flood(request, answer);
        };
        await live(name, { cuts: [], bend });
        assert.equal(floodsLeft, 0, name);
      }),
    );
  });
});
