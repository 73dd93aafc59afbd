// What it costs to find out whether a device may read a protected content, and how deep groups go.

import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { type Rig, startRig, startSeconds, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";
import { nestingDepthMax } from "../../../src/service/limits.js";
import { openStorage, type Storage } from "../../../src/service/stores/storage.js";

/** Groups of customers in the one group that the vendor publishes to. */
const customers = 5000;
/** As no vendor can make it any more. */
const chainLength = 2000;

for (const kind of databaseKinds) {
  describe(`protected contents, with ${kind.name}`, function () {
    this.timeout(60_000);
    let rig: Rig;
    let acme: VendorClient;
    let storage: Storage;
    let modelId: number;

    before(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      for (const sn of ["direct", "nested", "chained", "nobody"]) await acme.addSerial("m", sn);
      await acme.createContent("m", "open");
      for (const id of ["fw", "far"]) await acme.createContent("m", id, "&protected=true");
      storage = await openStorage(rig.place, undefined);
      modelId = (await storage.models.findId(acme.credentials.rid, "m")) ?? 0;
      await addGroups("c", customers, () => "all");
      await addGroups("k", chainLength + 1, (at) => (at === 0 ? undefined : `k${at - 1}`));
      await acme.addMembers("m", "all", "content,fw");
      await acme.addMembers("m", "c0", "sn,direct", "content,fw");
      await acme.addMembers("m", "c1", "sn,nested");
      await acme.addMembers("m", "k0", "content,far");
      await acme.addMembers("m", `k${chainLength}`, "sn,chained");
    });

    after(async () => {
      await storage.database.destroy();
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    /** Makes groups past the checks, each held by another. */
    async function addGroups(
      prefix: string,
      count: number,
      holder: (at: number) => string | undefined,
    ): Promise<void> {
      await storage.database.transaction().execute(async (transaction) => {
        const names = Array.from({ length: count }, (_, at) => `${prefix}${at}`);
        const holders = names.map((_, at) => holder(at));
        const groups = [...new Set([...names, ...holders.flatMap((name) => name ?? [])])];
        for (let at = 0; at < groups.length; at += 500) {
          const rows = groups.slice(at, at + 500).map((name) => ({ modelId, name, meta: "" }));
          await transaction.insertInto("groups").values(rows).execute();
        }
        const members = names.flatMap((name, at) => {
          const groupName = holders[at];
          if (groupName === undefined) return [];
          return [{ modelId, groupName, type: "group" as const, name, expiresAt: null, meta: "" }];
        });
        for (let at = 0; at < members.length; at += 500) {
          await transaction
            .insertInto("members")
            .values(members.slice(at, at + 500))
            .execute();
        }
      });
    }

    async function isReadable(sn: string, name: string): Promise<number | undefined> {
      const reader = { modelId, sn, now: startSeconds };
      return (await storage.grants.content(reader, name))?.isReadable;
    }

    /** The least processor time of one look-up in several runs: what others do counts less. */
    async function costMs(sn: string, name: string, looks: number): Promise<number> {
      let least = Infinity;
      for (let run = 0; run < 5; run++) {
        const before = process.cpuUsage();
        for (let look = 0; look < looks; look++) await isReadable(sn, name);
        const { user, system } = process.cpuUsage(before);
        least = Math.min(least, (user + system) / 1000 / looks);
      }
      return least;
    }

    it("are for serials that a group holds with them, itself or over others", async () => {
      assert.equal(await isReadable("direct", "fw"), 1);
      assert.equal(await isReadable("nested", "fw"), 1);
      assert.equal(await isReadable("chained", "far"), 1);
      assert.equal(await isReadable("nobody", "fw"), 0);
      assert.equal(await isReadable("nobody", "open"), 1);
      assert.equal(await isReadable("nobody", "none"), undefined);
    });

    it(`cost about as much as open ones, directly and among ${customers} groups`, async () => {
      await costMs("nobody", "open", 200);
      const open = await costMs("nobody", "open", 200);
      const direct = (await costMs("direct", "fw", 200)) / open;
      const nested = (await costMs("nested", "fw", 200)) / open;
      assert.ok(direct <= 1.3 && nested <= 2.2, `${direct} and ${nested} times as much`);
    });

    it(`are found over a chain of ${chainLength} groups within 10 ms`, async () => {
      const cost = await costMs("chained", "far", 5);
      assert.ok(cost < 10, `${cost} ms`);
    });

    it(`cannot be nested deeper than ${nestingDepthMax}`, async () => {
      const put = async (group: string, nested: string): Promise<number> => {
        const target = `/provision/manage/group/m/${group}/`;
        return (await acme.post(target, `type=group&id=${nested}`)).status;
      };
      for (let at = 0; at <= nestingDepthMax + 1; at++) await acme.createGroup("m", `d${at}`);
      for (let at = 0; at < nestingDepthMax; at++) {
        assert.equal(await put(`d${at}`, `d${at + 1}`), 205, `${at}`);
      }
      // Below the lowest, above the highest, and in between by a way round.
      assert.equal(await put(`d${nestingDepthMax}`, `d${nestingDepthMax + 1}`), 409);
      assert.equal(await put(`d${nestingDepthMax + 1}`, "d0"), 409);
      await acme.createGroup("m", "round");
      assert.equal(await put("d2", "round"), 205);
      assert.equal(await put("round", "d3"), 409);
      assert.equal(await put("round", "d4"), 205);
    });
  });
}
