// Tables of a vendor that are as large as the service takes them, and larger.

import assert from "node:assert/strict";
import { batches } from "../../src/service/batches.js";
import { rowsPerInsert, tableRowsMax } from "../../src/service/limits.js";
import { startRig, stopRig } from "./harness.js";
import type { Rig } from "./harness.js";
import { VendorClient } from "./vendor-client.js";

const csv = "Content-Type: text/csv";

describe("a table of many rows", () => {
  let rig: Rig;
  let acme: VendorClient;

  before(async () => {
    rig = await startRig();
    acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
  });
  after(async () => {
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });

  async function serials(): Promise<string> {
    return (await acme.get("/provision/manage/model/m/?limit=10")).body;
  }

  it("is refused whole if it has too many", async function () {
    this.timeout(60_000);
    const names = Array.from({ length: tableRowsMax + 1 }, (_, at) => at.toString(36));
    const target = "/provision/manage/model/m/";
    const rows = await acme.post(target, `${names.join("\n")}\n`, [csv]);
    assert.equal(rows.status, 413);
    const form = await acme.post(target, names.map((name) => `sn=${name}`).join("&"));
    assert.equal(form.status, 413);
    assert.equal(await serials(), "");
  });

  it("lets others in while it is stored", async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const seen: number[] = [];
    const items = Array.from({ length: 3 * rowsPerInsert + 1 }, (_, at) => at);
    for await (const batch of batches(items)) {
      seen.push(...batch);
      assert.ok(batch.length <= rowsPerInsert);
    }
    isOver = true;
    assert.deepEqual(seen, items);
    assert.ok(turns >= 3, `${String(turns)} turns`);
  });
});
