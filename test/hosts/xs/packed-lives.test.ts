// The device's life on the engine once more, as the chip has it linked: over the packed module, in
// both forms. `LIVES=n` lives so many, `LIVES_SEED=n` draws others.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../../src/simulator/chip/seeded.js";
import { forms, pack } from "../../../tools/pack/pack.js";
import { builtEngine } from "./built-engine.js";
import { drawCuts } from "./drawn-cuts.js";
import { EngineLife, makeLifeFirmware, type LifeEnd, type LifePlan } from "./engine-life.js";

const lives = Math.ceil(Number(env["LIVES"] ?? 60) / 6);
const seed = Number(env["LIVES_SEED"] ?? 1);
const devicePath = fileURLToPath(new URL("../../../hosts/xs/device/device.js", import.meta.url));

describe("the packed device on the engine", function () {
  this.timeout(240_000);
  let engine: string;
  let folder: string;
  let packed: ReturnType<typeof pack>;

  before(async function () {
    engine = await builtEngine(this);
    folder = mkdtempSync(join(tmpdir(), "packed-lives-"));
    packed = pack(devicePath);
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

  for (const form of forms) {
    it(`holds what it must in ${lives} lives that lose power, in ${form} form`, async function () {
      this.timeout(120_000 + lives * 5_000);
      const firmware = makeLifeFirmware({ "device.js": packed[form] });
      const clean = await live("the clean life", { cuts: [], firmware });
      assert.deepEqual([clean.report.powerCuts, clean.report.boots], [1, 3]);
      let cutCount = 0;
      for (let life = 0; life < lives; life += 1) {
        const cuts = drawCuts(seededRandom(seed * 1_000_003 + life), clean);
        const end = await live(`LIVES_SEED=${seed}, life ${life}`, { cuts, firmware });
        cutCount += end.report.powerCuts;
      }
      assert.ok(cutCount >= lives, `${cutCount} losses of power`);
    });
  }

  it("needs less of the heap than the device as it is written", async () => {
    // Bytes that are enough for the packed life, and not for the other.
    const heapBytes = 66_000;
    const firmware = makeLifeFirmware({ "device.js": packed.release });
    await live("the packed life", { cuts: [], firmware, heapBytes });
    await assert.rejects(live("the life as written", { cuts: [], heapBytes }));
  });
});
