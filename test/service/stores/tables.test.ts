// Tables of a vendor that are as large as the service takes them, and larger.

import assert from "node:assert/strict";
import { rowsPerInsert, tableRowsMax } from "../../../src/service/limits.js";
import { openStorage } from "../../../src/service/stores/storage.js";
import { type Rig, startRig, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

const csv = "Content-Type: text/csv";

async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    if (isOver) return;
    turns += 1;
    setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}

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

  it("is taken if it has just as many", async function () {
    this.timeout(60_000);
    await acme.createModel("full");
    const names = Array.from({ length: tableRowsMax }, (_, at) => at.toString(36));
    const reply = await acme.post("/provision/manage/model/full/", `${names.join("\n")}\n`, [csv]);
    assert.equal(reply.status, 205);
  });

  it("lets others in while it is added, and while it is removed", async () => {
    const storage = await openStorage(rig.place, undefined);
    const { id = 0 } =
      (await storage.database
        .selectFrom("models")
        .where("name", "=", "m")
        .select("id")
        .executeTakeFirst()) ?? {};
    const names = Array.from({ length: 10 * rowsPerInsert }, (_, at) => `n${at}`);
    const rows = names.map((sn) => ({ sn, extra: "" }));
    // Nothing else waits here: without them SQLite's statements would take no turn of the loop.
    const adding = await turnsDuring(() => storage.serials.add(id, rows));
    const removing = await turnsDuring(() => storage.serials.remove(id, names));
    assert.ok(adding >= 9 && removing >= 9, `${adding} and ${removing} turns`);
    await storage.database.destroy();
    assert.equal(await serials(), "");
  });
});
