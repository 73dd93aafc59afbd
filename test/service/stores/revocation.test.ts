// What a vendor that shares a model gives away, and what it gets back (S-18, S-20, S-54).

import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { ask, type Rig, startRig, startSeconds, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

const manage = "/provision/manage";
const header = ["X-Exosite-Vendor: acme"];

for (const kind of databaseKinds) {
  describe(`a shared model, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;
    let friend: VendorClient;

    beforeEach(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      friend = await VendorClient.create(rig, "friend");
      await acme.createModel("m");
      await acme.addSerial("m", "1");
      await acme.addSerial("m", "2");
      await acme.share("m", "friend");
    });

    afterEach(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    async function enableAsFriend(sn: string, owner: VendorClient): Promise<string | undefined> {
      const body = `enable=true&owner=${owner.credentials.rid}`;
      const reply = await friend.post(`${manage}/model/m/${sn}`, body, header);
      return reply.status === 200 ? reply.body : undefined;
    }

    async function logOf(vendor: VendorClient, sn: string): Promise<string> {
      const headers = vendor === friend ? header : [];
      return (await vendor.get(`${manage}/model/m/${sn}?show=log`, headers)).body;
    }

    it("gives the other vendor no device of its own", async () => {
      assert.equal(await enableAsFriend("1", friend), undefined);
      const rid = (await enableAsFriend("1", acme)) ?? "";
      assert.equal((await acme.activate("m", "1")).status, 200);
      assert.equal(
        (await acme.ask({ method: "DELETE", target: `${manage}/share/m/friend` })).status,
        205,
      );
      for (const procedure of ["info", "update", "drop"]) {
        const calls = [{ id: 1, procedure, arguments: [rid, {}] }];
        const body = JSON.stringify({ auth: { cik: friend.credentials.cik }, calls });
        const reply = await ask(rig.service.port, {
          method: "POST",
          target: "/onep:v1/rpc/process",
          body,
        });
        assert.match(reply.body, /"status":"restricted"/, procedure);
      }
      for (const target of ["", "/1", "/1?show=log"]) {
        assert.equal((await friend.get(`${manage}/model/m${target || "/"}`, header)).status, 403);
      }
      assert.equal((await acme.post(`${manage}/model/m/1`, "enable=true")).status, 205);
    });

    it("shows the other vendor of a log what its own devices wrote", async () => {
      await acme.enable("m", "1");
      await acme.activate("m", "1");
      // In the same second: the serial's client goes, and the other vendor enables it.
      assert.equal((await acme.post(`${manage}/model/m/2`, "enable=true&oldsn=1")).status, 205);
      await enableAsFriend("1", acme);
      assert.equal(await logOf(friend, "1"), "");
      await acme.activate("m", "1");
      const line = `${startSeconds},127.0.0.1,vendor=acme&model=m&sn=1\r\n`;
      assert.equal(await logOf(friend, "1"), line);
      assert.equal(await logOf(acme, "1"), line + line);
    });
  });
}
