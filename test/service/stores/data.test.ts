import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { openStorage } from "../../../src/service/stores/storage.js";
import { ask, type Rig, startRig, startSeconds, stopRig, type WireReply } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

for (const kind of databaseKinds) {
  describe(`the values of a device, with ${kind.name}`, () => {
    let rig: Rig;
    let cik: string;

    beforeEach(async function () {
      rig = await startRig({ database: await kind.create(this) });
      const acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      cik = await acme.addDevice("m", "1");
    });

    afterEach(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    function post(target: string, body: string): Promise<WireReply> {
      const headers = [`X-Exosite-CIK: ${cik}`];
      return ask(rig.service.port, { method: "POST", target, headers, body });
    }

    async function write(body: string): Promise<number> {
      return (await post("/onep:v1/stack/alias", body)).status;
    }

    function register(aliases: string): Promise<WireReply> {
      const expire = `expire=${startSeconds + 5000}`;
      const range = "starttime=0&endtime=2000000000&limit=1000&access=data";
      return post("/jsonp/register", `${aliases}&${range}&${expire}`);
    }

    function view(token: string): Promise<WireReply> {
      const target = `/jsonp?token=${token}&callback=f&show=data`;
      return ask(rig.service.port, { method: "GET", target });
    }

    it("are kept a thousand of an alias", async () => {
      await write("t=0");
      const storage = await openStorage(rig.place, undefined);
      const written = storage.database.selectFrom("points").selectAll();
      const { clientRid } = await written.executeTakeFirstOrThrow();
      const points = Array.from({ length: 998 }, (_, index) => index + 1).map((count) => ({
        ...{ clientRid, alias: "t", at: startSeconds + count, value: String(count) },
      }));
      await storage.database.insertInto("points").values(points).execute();
      await storage.database.destroy();
      for (let count = 999; count < 1002; count++) {
        rig.clock.seconds = startSeconds + count;
        assert.equal(await write(`t=${count}`), 204);
      }
      const token = (await register("alias=t")).body;
      const { body } = await view(token);
      assert.ok(body.startsWith(`f({"result":{"t":{"data":[[${startSeconds + 2},2],[`));
      assert.ok(body.endsWith(",1001]]}}});"));
    });

    it("have a hundred aliases at most, however they come", async () => {
      const aliases = Array.from({ length: 101 }, (_, at) => `a${at}=1`);
      assert.equal(await write(aliases.join("&")), 409);
      assert.equal(await write(aliases.slice(0, 100).join("&")), 204);
      assert.equal(await write("b=1"), 409);
      assert.equal(await write("a1=2"), 204);
    });

    it("are shown until the view expires, in the order of its aliases", async () => {
      await write("a=1&b=01&__proto__=x");
      const token = (await register("alias[]=b&alias[]=__proto__&alias[]=a&alias[]=b")).body;
      const at = String(startSeconds);
      const data = `"b":{"data":[[${at},"01"]]},"__proto__":{"data":[[${at},"x"]]},`;
      assert.equal((await view(token)).body, `f({"result":{${data}"a":{"data":[[${at},1]]}}});`);
      rig.clock.seconds += 5000;
      assert.equal((await view(token)).status, 401);
    });

    it("are refused, not gathered, where they are more than one reply may hold", async () => {
      await write("a=0");
      const storage = await openStorage(rig.place, undefined);
      const written = storage.database.selectFrom("points").selectAll();
      const { clientRid } = await written.executeTakeFirstOrThrow();
      const value = "x".repeat(4096);
      for (const alias of ["a", "b", "c"]) {
        const times = Array.from({ length: 800 }, (_, index) => startSeconds + 1 + index);
        const points = times.map((at) => ({ clientRid, alias, at, value }));
        await storage.database.insertInto("points").values(points).execute();
      }
      await storage.database.destroy();
      const all = (await register("alias[]=a&alias[]=b&alias[]=c")).body;
      assert.equal((await view(all)).status, 409);
      const two = (await register("alias[]=a&alias[]=b")).body;
      assert.equal((await view(two)).status, 200);
    });

    it("have a hundred views at most, but any number over time", async () => {
      const statuses = new Map<number, number>();
      for (let round = 0; round < 101; round++) {
        const { status } = await register("alias=a");
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      assert.deepEqual(
        [...statuses],
        [
          [200, 100],
          [409, 1],
        ],
      );
      rig.clock.seconds += 5000;
      assert.equal((await register("alias=a")).status, 400);
      const later = `expire=${startSeconds + 9000}`;
      const body = `alias=a&starttime=0&endtime=1&limit=1&access=data&${later}`;
      assert.equal((await post("/jsonp/register", body)).status, 200);
    });
  });
}
