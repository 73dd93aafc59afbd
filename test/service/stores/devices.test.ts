import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { ask, type Rig, startRig, startSeconds, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";
import { openStorage } from "../../../src/service/stores/storage.js";

const daySeconds = 86_400;

for (const kind of databaseKinds) {
  describe(`the life of a device, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;
    let next = 0;

    beforeEach(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      next = 0;
    });

    afterEach(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    /** Adds a serial and enables it. */
    async function enabled(): Promise<string> {
      const sn = `sn-${String(next++)}`;
      await acme.addSerial("m", sn);
      await acme.enable("m", sn);
      return sn;
    }

    function list(cik: string): Promise<number> {
      return ask(rig.service.port, {
        method: "GET",
        target: "/provision/download?vendor=acme&model=m",
        headers: [`X-Exosite-CIK: ${cik}`],
      }).then(({ status }) => status);
    }

    async function change(sn: string, body: string): Promise<number> {
      return (await acme.post(`/provision/manage/model/m/${sn}`, body)).status;
    }

    it("gives the CIK to one of two hundred that ask at once", async () => {
      const sn = await enabled();
      const replies = await Promise.all(Array.from({ length: 200 }, () => acme.activate("m", sn)));
      const winners = replies.filter(({ status }) => status === 200);
      assert.equal(winners.length, 1);
      assert.equal(replies.filter(({ status }) => status === 409).length, 199);
      assert.equal(await list(winners[0]?.body ?? ""), 200);
    });

    it("lets nobody in before the activation", async () => {
      const sn = await enabled();
      const cik = (await acme.activate("m", sn)).body;
      assert.equal(await change(sn, "enable=true"), 205);
      assert.equal(await list(cik), 401);
    });

    it("activates until 24 hours have passed, and not a second longer", async () => {
      const [inTime, late] = [await enabled(), await enabled()];
      rig.clock.seconds += daySeconds - 1;
      assert.equal((await acme.activate("m", inTime)).status, 200);
      rig.clock.seconds += 1;
      assert.equal((await acme.activate("m", late)).status, 409);
    });

    it("does not let an activated CIK expire", async () => {
      const sn = await enabled();
      const { body } = await acme.activate("m", sn);
      rig.clock.seconds += 1000 * daySeconds;
      assert.equal(await list(body), 200);
    });

    it("opens a new window and makes a new CIK when it is regenerated", async () => {
      const sn = await enabled();
      rig.clock.seconds += 2 * daySeconds;
      assert.equal(await change(sn, "enable=true"), 205);
      const first = (await acme.activate("m", sn)).body;
      assert.equal(await list(first), 200);
      // After a lost reply the vendor enables again: the old key dies at once, a new one comes.
      assert.equal(await change(sn, "enable=true"), 205);
      assert.equal(await list(first), 401);
      const second = (await acme.activate("m", sn)).body;
      assert.notEqual(second, first);
      assert.equal(await list(second), 200);
      assert.equal(await list(first), 401);
    });

    it("kills the CIK when it is disabled, until it is regenerated", async () => {
      const sn = await enabled();
      const cik = (await acme.activate("m", sn)).body;
      assert.equal(await change(sn, "disable=true"), 205);
      assert.equal(await change(sn, "disable=true"), 205);
      assert.equal(await list(cik), 401);
      assert.equal((await acme.activate("m", sn)).status, 409);
      assert.equal(await change(sn, "enable=true"), 205);
      assert.equal((await acme.activate("m", sn)).status, 200);
    });

    it("enables a serial once, however many ask at once", async () => {
      await acme.addSerial("m", "shared");
      const body = `enable=true&owner=${acme.credentials.rid}`;
      const statuses = await Promise.all(Array.from({ length: 20 }, () => change("shared", body)));
      assert.equal(statuses.filter((status) => status === 200).length, 1);
      assert.equal(statuses.filter((status) => status === 409).length, 19);
    });

    it("enables below an owner of the vendor's, and not below another's", async () => {
      const owner = await rig.service.admin.createOwner({ vendor: "acme" });
      const stranger = await rig.service.admin.createOwner({ vendor: null });
      await acme.addSerial("m", "owned");
      assert.equal(await change("owned", `enable=true&owner=${stranger.rid}`), 403);
      assert.equal(await change("owned", "enable=true&owner="), 403);
      assert.equal(await change("owned", `enable=true&owner=${owner.rid}`), 200);
    });

    it("enables no more for an owner than it may own", async () => {
      const { rid } = await rig.service.admin.createOwner({ vendor: "acme", clientsMax: 2 });
      const statuses: number[] = [];
      for (const sn of ["a", "b", "c"]) {
        await acme.addSerial("m", sn);
        statuses.push(await change(sn, `enable=true&owner=${rid}`));
      }
      assert.deepEqual(statuses, [200, 200, 409]);
    });

    it("activates many devices at once, each with its own CIK", async () => {
      const serials: string[] = [];
      for (let count = 0; count < 50; count++) serials.push(await enabled());
      const replies = await Promise.all(serials.map((sn) => acme.activate("m", sn)));
      assert.ok(replies.every(({ status }) => status === 200));
      assert.equal(new Set(replies.map(({ body }) => body)).size, serials.length);
    });

    it("logs successes only, the body as posted, and keeps the last hundred", async () => {
      const sn = await enabled();
      for (let round = 0; round < 102; round++) {
        rig.clock.seconds += 1;
        if (round > 0) assert.equal(await change(sn, "enable=true"), 205);
        assert.equal((await acme.activate("m", sn)).status, 200);
        assert.equal((await acme.activate("m", sn)).status, 409);
      }
      await rig.service.close();
      const storage = await openStorage(rig.place, undefined);
      const lines = await storage.activations.list(1);
      await storage.database.destroy();
      assert.equal(lines.length, 100);
      const [oldest] = lines;
      assert.equal(oldest?.at, startSeconds + 3);
      assert.equal(oldest.address, "127.0.0.1");
      assert.equal(oldest.entry.toString(), `vendor=acme&model=m&sn=${sn}`);
    });
  });
}
