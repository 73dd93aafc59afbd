// Models as large as they come: a million serials, 200,000 members, 1,000 ranges. No turn of the
// event loop may be long, and a page of a list must not cost more the further down it is.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { sql } from "kysely";
import type { DatabasePlace } from "../../../src/service/database/database.js";
import { rangesMax, tableRowsMax } from "../../../src/service/limits.js";
import { openStorage, type Storage } from "../../../src/service/stores/storage.js";
import { Admin } from "../../../src/service/admin.js";
import { databaseKinds } from "../databases.js";
import { startSeconds, temporaryDirectory } from "../harness.js";
import { longestTurnMs } from "../longest-turn.js";

const serialCount = 1_000_000;
const turnMsMax = 50;
const pageLimit = 1000;

// PostgreSQL works in processes of its own: only SQLite can hold up the service's.
for (const kind of databaseKinds.filter(({ name }) => name === "SQLite")) {
  describe(`a large model, with ${kind.name}`, function () {
    this.timeout(300_000);
    let place: DatabasePlace;
    let storage: Storage;
    let modelId: number;
    let ownerRid: string;

    before(async function () {
      place = { dataDirectory: await temporaryDirectory(), url: await kind.create(this) };
      storage = await openStorage(place, undefined);
      const admin = new Admin(storage, () => startSeconds * 1000);
      ({ rid: ownerRid } = await admin.createVendor("acme"));
      modelId = await createModel("m");
    });

    after(async () => {
      await storage.database.destroy();
      await rm(place.dataDirectory, { recursive: true, force: true });
    });

    async function createModel(name: string): Promise<number> {
      const template = { templateKind: "rid", template: ownerRid, options: [] } as const;
      await storage.models.create({ ownerRid, name, ...template });
      return (await storage.models.findId(ownerRid, name)) ?? 0;
    }

    async function holdsUpNobody(work: () => Promise<unknown>): Promise<void> {
      const longest = await longestTurnMs(work);
      assert.ok(longest < turnMsMax, `a turn of ${longest.toFixed(1)} ms`);
    }

    /** The least time of a page in several runs: what others do counts less. */
    async function pageMs(offset: number, runs = 3): Promise<number> {
      let least = Infinity;
      for (let run = 0; run < runs; run++) {
        const before = performance.now();
        const page = await storage.serialViews.list({ modelId }, { offset, limit: pageLimit });
        least = Math.min(least, performance.now() - before);
        assert.equal(page[0]?.sn, sn(offset));
      }
      return least;
    }

    function sn(at: number): string {
      return String(at).padStart(7, "0");
    }

    it("takes members that only its ranges know, and lets go of them", async () => {
      const ranges = Array.from({ length: rangesMax }, (_, at) => ({
        ...({ format: "base16", length: 6, casing: "upper" } as const),
        ...{ first: at * 1000, last: at * 1000 + 499 },
      }));
      assert.ok(await storage.ranges.add(modelId, ranges));
      const members = Array.from({ length: tableRowsMax }, (_, at) => {
        const number = Math.floor(at / 500) * 1000 + (at % 500);
        const name = number.toString(16).toUpperCase().padStart(6, "0");
        return { type: "sn" as const, name, expiresAt: null, meta: "" };
      });
      await storage.groups.create(modelId, { name: "g", meta: "" });
      const group = { modelId, group: "g" };
      await holdsUpNobody(async () => {
        assert.equal(await storage.members.put(group, members), undefined);
      });
      assert.equal(await storage.members.count(group), tableRowsMax);
      await holdsUpNobody(() => storage.members.remove(group, members.slice(0, 100_000)));
      await holdsUpNobody(() => storage.groups.delete(modelId, "g"));
      // One number beside its range, and one that is written otherwise.
      await storage.groups.create(modelId, { name: "g", meta: "" });
      for (const name of ["0001F4", "0003e8"]) {
        const fault = await storage.members.put(group, [
          { type: "sn", name, expiresAt: null, meta: "" },
        ]);
        assert.equal(fault, "unknown-serial", name);
      }
    });

    it("takes as many serials as a table has, and removes them", async () => {
      const id = await createModel("table");
      const serials = Array.from({ length: tableRowsMax }, (_, at) => ({
        sn: `t${at}`,
        extra: "",
      }));
      await holdsUpNobody(() => storage.serials.add(id, serials));
      const names = serials.map((serial) => serial.sn);
      await holdsUpNobody(() => storage.serials.remove(id, names));
    });

    it(`lists ${serialCount} serials page by page, each about as fast as the first`, async () => {
      await sql`
        with recursive "numbers"("n") as (
          select 0 union all select "n" + 1 from "numbers" where "n" + 1 < ${sql.lit(serialCount)}
        )
        insert into "serials" ("modelId", "sn", "extra")
        select ${modelId}, substr('000000' || cast("n" as text), -7 + length('000000' || cast("n" as text)) + 1), ''
        from "numbers"`.execute(storage.database);
      await holdsUpNobody(() => pageMs(987_654, 1));
      const first = await pageMs(0);
      for (let offset = pageLimit; offset < serialCount; offset += 37 * pageLimit) {
        await storage.serialViews.list(
          { modelId },
          { offset: offset - pageLimit, limit: pageLimit },
        );
        const took = await pageMs(offset);
        assert.ok(took < 2 * first + 2, `${took} ms at ${offset}, ${first} ms at the beginning`);
      }
    });

    it("lists by offset also after the list has changed, by another process", async () => {
      const other = await openStorage(place, undefined);
      const at = async (offset: number): Promise<string | undefined> =>
        (await storage.serialViews.list({ modelId }, { offset, limit: 5 }))[0]?.sn;
      assert.equal(await at(5000), sn(5000));
      await other.serials.remove(modelId, [sn(7)]);
      assert.equal(await at(5000), sn(5001));
      await other.serials.add(modelId, [{ sn: sn(7), extra: "" }]);
      assert.equal(await at(5000), sn(5000));
      assert.deepEqual(await at(2 * serialCount), undefined);
      await other.database.destroy();
    });

    it("is deleted while others write", async () => {
      let writes = 0;
      const over = new AbortController();
      const isOver = (): boolean => over.signal.aborted;
      const writing = (async (): Promise<void> => {
        while (!isOver()) {
          const values = new Map([["t", `${writes}`]]);
          await storage.points.write({ clientRid: ownerRid, at: startSeconds, values });
          writes += 1;
        }
      })();
      await holdsUpNobody(async () => {
        await storage.modelRemover.remove(modelId, startSeconds);
        over.abort();
        await writing;
      });
      const left = await storage.database.selectFrom("serials").limit(1).select("id").execute();
      assert.deepEqual(left, []);
      assert.ok(writes > 10, `${writes} writes`);
    });
  });
}
