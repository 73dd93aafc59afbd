import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { ask, type Rig, startRig, startSeconds, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

for (const kind of databaseKinds) {
  describe(`models and what belongs to them, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;

    beforeEach(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
    });

    afterEach(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    const manage = "/provision/manage";

    async function remove(target: string): Promise<void> {
      assert.equal((await acme.ask({ method: "DELETE", target: manage + target })).status, 205);
    }

    it("take everything with them when they are deleted", async () => {
      const cik = await acme.addDevice("m", "1");
      await acme.createContent("m", "fw-1");
      await acme.upload("m", "fw-1", "0123456789");
      await acme.createGroup("m", "g");
      await acme.addMembers("m", "g", "sn,1", "content,fw-1");
      await acme.addRanges("m", { format: "base10", first: 5, last: 9 });
      await remove("/model/m");
      assert.equal((await acme.download("m", "fw-1", cik)).status, 401);
      assert.equal((await acme.activate("m", "1")).status, 404);
      await acme.createModel("m");
      for (const target of ["/content/m/", "/model/m/"]) {
        assert.equal((await acme.get(manage + target)).body, "");
      }
      assert.equal((await acme.get(`${manage}/group/m/`)).status, 204);
      assert.equal((await acme.activate("m", "5")).status, 404);
      assert.equal((await acme.download("m", "fw-1", cik)).status, 401);
    });

    it("stay with their client when its name goes, and follow it to another", async () => {
      await acme.addSerial("m", "1");
      await acme.enable("m", "1");
      const headers = [`X-Exosite-CIK: ${acme.credentials.cik}`];
      const register = async (body: string): Promise<void> => {
        const request = { method: "POST", target: "/provision/register", headers, body };
        assert.equal((await ask(rig.service.port, request)).status, 205);
      };
      await register("delete=true&vendor=acme");
      assert.equal((await acme.activate("m", "1")).status, 404);
      assert.equal((await acme.get(`${manage}/model/`)).status, 403);
      await register("vendor=acme2");
      const activation = { method: "POST", target: "/provision/activate" };
      const body = "vendor=acme2&model=m&sn=1";
      assert.equal((await ask(rig.service.port, { ...activation, body })).status, 200);
      assert.equal((await acme.get(`${manage}/model/`)).body, "m\r\n");
    });

    it("have serials by ranges, which are listed when they are enabled", async () => {
      await acme.addRanges("m", { format: "base16", length: 8, first: 0, last: 255 });
      assert.equal((await acme.activate("m", "000000ff")).status, 409);
      assert.equal((await acme.activate("m", "00000100")).status, 404);
      await acme.enable("m", "000000ff");
      assert.equal((await acme.activate("m", "000000ff")).status, 200);
      assert.match((await acme.get(`${manage}/model/m/`)).body, /^000000ff,[0-9a-f]{40},\r\n$/);
      // Out of the list it is in the range still.
      await remove("/model/m/000000ff");
      assert.equal((await acme.activate("m", "000000ff")).status, 409);
    });

    it("list nothing of a range when an enabling is refused", async () => {
      const owner = await rig.service.admin.createOwner({ vendor: "acme", clientsMax: 0 });
      await acme.addRanges("m", { format: "base10", first: 0, last: 9 });
      const body = `enable=true&owner=${owner.rid}`;
      assert.equal((await acme.post(`${manage}/model/m/7`, body)).status, 409);
      assert.equal((await acme.get(`${manage}/model/m/`)).body, "");
    });

    it("leave activated devices alone when a range or a share goes", async () => {
      const friend = await VendorClient.create(rig, "friend");
      await acme.addRanges("m", { format: "base10", first: 0, last: 9 });
      await acme.share("m", "friend");
      const header = ["X-Exosite-Vendor: acme"];
      const body = `enable=true&owner=${acme.credentials.rid}`;
      assert.equal((await friend.post(`${manage}/model/m/7`, body, header)).status, 200);
      const cik = (await acme.activate("m", "7")).body;
      await acme.createContent("m", "fw-1");
      assert.equal((await friend.get(`${manage}/model/m/7`, header)).status, 200);
      await remove("/share/m/friend");
      const type = ["Content-Type: application/json"];
      const ranges = '{"ranges":[{"format":"base10","first":0,"last":9}]}';
      const request = {
        method: "DELETE",
        target: `${manage}/model/m/`,
        headers: type,
        body: ranges,
      };
      assert.equal((await acme.ask(request)).status, 205);
      assert.equal((await acme.activate("m", "6")).status, 404);
      assert.equal((await acme.download("m", "fw-1", cik)).status, 200);
      assert.equal((await friend.get(`${manage}/model/m/7`, header)).status, 403);
    });

    it("move a client: the old CIK dies, the RID stays, both logs keep their lines", async () => {
      const old = await acme.addDevice("m", "1");
      await acme.addSerial("m", "2");
      const [, rid] = (await acme.get(`${manage}/model/m/1`)).body.split(",");
      await acme.change("/model/m/2", "enable=true&oldsn=1");
      assert.equal((await acme.download("m", "none", old)).status, 401);
      assert.equal((await acme.activate("m", "1")).status, 409);
      const cik = (await acme.activate("m", "2")).body;
      assert.notEqual(cik, old);
      assert.equal((await acme.download("m", "none", cik)).status, 404);
      assert.equal((await acme.get(`${manage}/model/m/2`)).body, `activated,${rid ?? ""},\r\n`);
      for (const sn of ["1", "2"]) {
        const log = (await acme.get(`${manage}/model/m/${sn}?show=log`)).body;
        assert.equal(log, `${startSeconds},127.0.0.1,vendor=acme&model=m&sn=${sn}\r\n`);
      }
    });

    it("move a client once, however many ask at once", async () => {
      await acme.addDevice("m", "0");
      await acme.addRanges("m", { format: "base10", first: 1, last: 20 });
      const moves = Array.from({ length: 20 }, (_, index) =>
        acme.post(`${manage}/model/m/${index + 1}`, "enable=true&oldsn=0"),
      );
      const statuses = (await Promise.all(moves)).map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 205).length, 1);
      assert.ok(statuses.every((status) => [205, 409, 412].includes(status)));
      // The one it was moved to has been listed, beside the one it was moved from.
      const rows = (await acme.get(`${manage}/model/m/`)).body.split("\r\n").slice(0, -1);
      assert.equal(rows.length, 2);
    });

    it("tell of a client that it is expired when it is disabled or its window has passed", async () => {
      const status = async (): Promise<string | undefined> =>
        (await acme.get(`${manage}/model/m/1`)).body.split(",")[0];
      await acme.addSerial("m", "1");
      await acme.enable("m", "1");
      assert.equal(await status(), "notactivated");
      rig.clock.seconds += 86_400;
      assert.equal(await status(), "expired");
      await acme.change("/model/m/1", "enable=true");
      assert.equal(await status(), "notactivated");
      await acme.activate("m", "1");
      assert.equal(await status(), "activated");
      await acme.change("/model/m/1", "disable=true");
      assert.equal(await status(), "expired");
    });

    it("page through thousands of serials without a gap or an overlap", async () => {
      const serials = Array.from({ length: 2345 }, (_, at) => `s${at}`);
      await acme.change("/model/m/", serials.join("\n"), ["Content-Type: text/csv"]);
      const seen: string[] = [];
      for (let offset = 0; ; offset += 1000) {
        const target = `${manage}/model/m/?limit=9999&offset=${offset}`;
        const rows = (await acme.get(target)).body.split("\r\n").slice(0, -1);
        if (rows.length === 0) break;
        seen.push(...rows.map((row) => row.replace(",,", "")));
      }
      assert.deepEqual(seen, serials.sort());
    });

    it("keep extra text that is no UTF-8 as Latin-1", async () => {
      await acme.change("/model/m/", "1,caf\xe9\r\n", ["Content-Type: text/csv"]);
      assert.equal((await acme.get(`${manage}/model/m/`)).body, "1,,caf\xc3\xa9\r\n");
    });

    it("print a log entry byte for byte, quoted where it must be", async () => {
      await acme.addSerial("m", "1");
      await acme.enable("m", "1");
      const body = 'vendor=acme&model=m&sn=1&mfr=\xff\0,"é';
      await ask(rig.service.port, { method: "POST", target: "/provision/activate", body });
      const log = (await acme.get(`${manage}/model/m/1?show=log`)).body;
      const entry = `"${body.replace('"', '""')}"`;
      assert.equal(log, `${startSeconds},127.0.0.1,${entry}\r\n`);
    });

    it("bound what may be kept of ranges", async () => {
      const ranges = Array.from({ length: 1001 }, (_, at) => ({
        ...{ format: "base10", first: 2 * at, last: 2 * at },
      }));
      const type = ["Content-Type: application/json"];
      const post = async (count: number): Promise<number> => {
        const body = JSON.stringify({ ranges: ranges.slice(0, count) });
        return (await acme.post(`${manage}/model/m/`, body, type)).status;
      };
      assert.deepEqual([await post(1001), await post(1000), await post(1)], [409, 205, 409]);
    });
  });
}

describe("the rules that can be set", () => {
  it("let a content be uploaded anew, with another time each time", async () => {
    const rig = await startRig({ options: { replaceContent: true } });
    const acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    const cik = await acme.addDevice("m", "1");
    await acme.createContent("m", "fw-1");
    for (const [at, blob] of ["one", "two"].entries()) {
      await acme.upload("m", "fw-1", blob);
      assert.equal((await acme.download("m", "fw-1", cik)).body, blob);
      const info = await acme.get("/provision/manage/content/m/fw-1");
      const time = String(startSeconds + at);
      assert.equal(info.body, `application/x-firmware,3,${time},,false\r\n`);
    }
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });

  it("tell devices another address than the one they reached", async () => {
    const rig = await startRig({ options: { advertised: { address: "10.0.0.7", port: 300 } } });
    const reply = await ask(rig.service.port, { method: "GET", target: "/ip" });
    assert.equal(reply.body, "10,0,0,7,1,44");
    await stopRig(rig);
  });
});
