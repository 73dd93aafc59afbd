// What is deleted is gone (S-34): keys are dead, rows are away, quotas have room again (S-18).

import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { ask, type Rig, startRig, startSeconds, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";
import { openStorage, type Storage } from "../../../src/service/stores/storage.js";

const manage = "/provision/manage";

for (const kind of databaseKinds) {
  describe(`what a vendor deletes, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;
    let storage: Storage;

    beforeEach(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      storage = await openStorage(rig.place, undefined);
    });

    afterEach(async () => {
      await storage.database.destroy();
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    async function remove(target: string): Promise<void> {
      assert.equal((await acme.ask({ method: "DELETE", target: manage + target })).status, 205);
    }

    async function count(table: "clients" | "points" | "activations" | "pieces"): Promise<number> {
      const rows = await storage.database.selectFrom(table).selectAll().execute();
      return rows.length;
    }

    /** Statuses of all that a device's key opens. */
    async function statusesOf(cik: string): Promise<number[]> {
      const headers = [`X-Exosite-CIK: ${cik}`];
      const device = "/provision/download?vendor=acme&model=m";
      const requests = [
        { method: "GET", target: device },
        { method: "GET", target: `${device}&id=fw&info=true` },
        { method: "GET", target: `${device}&id=fw` },
        { method: "GET", target: "/onep:v1/stack/alias?t" },
        { method: "POST", target: "/onep:v1/stack/alias", body: "t=2" },
        { method: "POST", target: "/jsonp/register", body: "alias[]=t" },
      ];
      const replies = [];
      for (const request of requests) {
        replies.push(await ask(rig.service.port, { ...request, headers }));
      }
      return replies.map(({ status }) => status);
    }

    async function writeValue(cik: string): Promise<void> {
      const headers = [`X-Exosite-CIK: ${cik}`];
      const request = { method: "POST", target: "/onep:v1/stack/alias", headers, body: "t=1" };
      assert.equal((await ask(rig.service.port, request)).status, 204);
    }

    async function enable(sn: string, owner: string): Promise<number> {
      return (await acme.post(`${manage}/model/m/${sn}`, `enable=true&owner=${owner}`)).status;
    }

    for (const target of ["/model/m/1", "/model/m"]) {
      it(`takes the keys and the values of its devices with it: ${target}`, async () => {
        const others = await count("clients");
        const cik = await acme.addDevice("m", "1");
        await acme.createContent("m", "fw");
        await acme.upload("m", "fw", "x".repeat(200_000));
        await writeValue(cik);
        assert.deepEqual([await count("clients"), await count("points")], [others + 1, 1]);
        await remove(target);
        assert.deepEqual(await statusesOf(cik), [401, 401, 401, 401, 401, 401]);
        assert.equal(await count("clients"), others);
        assert.deepEqual([await count("points"), await count("activations")], [0, 0]);
        if (target === "/model/m") assert.equal(await count("pieces"), 0);
      });
    }

    it("takes the keys of a model's devices at once, and the rest after a crash", async () => {
      const others = await count("clients");
      const cik = await acme.addDevice("m", "1");
      // As a crash leaves it, just after the commit point.
      await storage.database
        .updateTable("models")
        .set({ deletedAt: startSeconds, name: "?1" })
        .where("name", "=", "m")
        .execute();
      assert.deepEqual(await statusesOf(cik), [401, 401, 401, 401, 401, 401]);
      assert.equal((await acme.get(`${manage}/model/`)).body, "");
      assert.equal((await acme.activate("m", "1")).status, 404);
      await acme.createModel("m");
      await storage.modelRemover.finish();
      assert.equal(await count("clients"), others);
      const models = await storage.database.selectFrom("models").select("name").execute();
      assert.deepEqual(models, [{ name: "m" }]);
    });

    it("leaves what a device owned to the device's owner", async () => {
      const { rid } = await rig.service.admin.createOwner({ vendor: "acme", clientsMax: 2 });
      for (const sn of ["1", "2"]) await acme.addSerial("m", sn);
      const body = `enable=true&owner=${rid}`;
      const device = (await acme.post(`${manage}/model/m/1`, body)).body;
      assert.equal(await enable("2", device), 200);
      await remove("/model/m/1");
      assert.equal((await acme.activate("m", "2")).status, 200);
      const clients = storage.database.selectFrom("clients").where("ownerRid", "=", rid);
      assert.equal((await clients.selectAll().execute()).length, 1);
    });

    it("gives the places in a quota back, whichever way a device goes", async () => {
      const { rid, cik } = await rig.service.admin.createOwner({ vendor: "acme", clientsMax: 1 });
      await acme.createModel("n");
      for (const sn of ["1", "2", "3", "4"]) await acme.addSerial("m", sn);
      await acme.addSerial("n", "1");
      assert.deepEqual([await enable("1", rid), await enable("2", rid)], [200, 409]);
      await remove("/model/m/1");
      assert.deepEqual([await enable("2", rid), await enable("3", rid)], [200, 409]);
      await acme.change("/model/m/", "sn=2&sn=3&delete=true");
      const other = await acme.post(`${manage}/model/n/1`, `enable=true&owner=${rid}`);
      assert.deepEqual([other.status, await enable("4", rid)], [200, 409]);
      await remove("/model/n");
      const created = await storage.clientTree.grow(rid, {}, startSeconds);
      assert.ok(created !== undefined);
      assert.equal(await enable("4", rid), 409);
      const calls = [{ id: 1, procedure: "drop", arguments: [created] }];
      const request = JSON.stringify({ auth: { cik }, calls });
      const target = "/onep:v1/rpc/process";
      const dropped = await ask(rig.service.port, { method: "POST", target, body: request });
      assert.match(dropped.body, /"status":"ok"/);
      assert.equal(await enable("4", rid), 200);
    });

    it("is counted in a quota at any depth", async () => {
      const { rid } = await rig.service.admin.createOwner({ vendor: "acme", clientsMax: 3 });
      for (const sn of ["1", "2", "3"]) await acme.addSerial("m", sn);
      const child = (await storage.clientTree.grow(rid, {}, startSeconds)) ?? "";
      const grandchild = (await storage.clientTree.grow(child, {}, startSeconds)) ?? "";
      assert.deepEqual([await enable("1", grandchild), await enable("2", child)], [200, 409]);
      assert.equal(await storage.clientTree.grow(grandchild, {}, startSeconds), undefined);
      assert.equal(await storage.clientTree.drop(grandchild), true);
      assert.deepEqual([await enable("2", child), await enable("3", rid)], [200, 200]);
      // The device that was dropped with its owner is gone behind its serial (S-24).
      assert.equal((await acme.get(`${manage}/model/m/1`)).status, 409);
    });
  });
}
