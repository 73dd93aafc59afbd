// The others, while somebody does what hostile-rows.ts has: a vendor uploads and sends a table, a
// device activates, downloads and writes, and nobody waits long.

import assert from "node:assert/strict";
import { databaseKinds } from "./databases.js";
import { ask, RawClient, type Rig, startRig, stopRig } from "./harness.js";
import { type Attacker, hostileLimits, hostileRows } from "./hostile-rows.js";
import { VendorClient } from "./vendor-client.js";

/** For all that the others do, on a machine that other programs keep busy. */
const othersTimeMsMax = 5_000;

describe("everybody else is served while", () => {
  for (const kind of databaseKinds) {
    describe(`with ${kind.name}`, () => {
      let rig: Rig;
      let attacker: Attacker;
      let good: VendorClient;
      let goodCik: string;
      let count = 0;

      before(async function () {
        this.timeout(60_000);
        const limits = hostileLimits;
        rig = await startRig({ database: await kind.create(this), options: { limits } });
        const evil = await VendorClient.create(rig, "evil");
        await evil.createModel("m");
        for (const content of ["big", "empty"]) await evil.createContent("m", content);
        await evil.upload("m", "big", "x".repeat(6_000_000));
        const cik = `X-Exosite-CIK: ${await evil.addDevice("m", "1")}`;
        attacker = { port: rig.service.port, token: evil.tokenHeader, cik };
        const value = { method: "POST", target: "/onep:v1/stack/alias", headers: [cik] };
        await ask(rig.service.port, { ...value, body: `a=${"<".repeat(4096)}` });
        good = await VendorClient.create(rig, "good");
        await good.createModel("m");
        goodCik = await good.addDevice("m", "1");
      });

      after(() => stopRig(rig));

      async function othersWork(): Promise<void> {
        count += 1;
        const id = `c${count}`;
        await good.createContent("m", id);
        await good.upload("m", id, "x".repeat(10_000));
        const rows = Array.from({ length: 500 }, (_, at) => `s${count}-${at}`).join("\n");
        await good.change("/model/m/", rows, ["Content-Type: text/csv"]);
        await good.addDevice("m", `d${count}`);
        const range = await good.download("m", id, goodCik, "Range: bytes=0-4095");
        assert.equal(range.status, 206);
        const headers = [`X-Exosite-CIK: ${goodCik}`];
        const write = { method: "POST", target: "/onep:v1/stack/alias", headers, body: "a=1" };
        assert.equal((await ask(rig.service.port, write)).status, 204);
      }

      for (const row of hostileRows) {
        it(row.title, async function () {
          this.timeout(60_000);
          const clients = await row.begin(attacker);
          try {
            await othersWork();
            await new Promise((resolve) => setTimeout(resolve, 200));
            const startedAt = performance.now();
            await othersWork();
            const timeMs = performance.now() - startedAt;
            assert.ok(timeMs < othersTimeMsMax, `the others took ${timeMs.toFixed(0)} ms`);
          } finally {
            for (const client of clients) client.socket.destroy();
          }
          assert.deepEqual(rig.logged, []);
        });
      }
    });
  }

  it("values are asked for many times in one request, which is answered once", async () => {
    const rig = await startRig();
    const acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    const headers = [`X-Exosite-CIK: ${await acme.addDevice("m", "1")}`];
    const { port } = rig.service;
    const target = "/onep:v1/stack/alias";
    await ask(port, { method: "POST", target, headers, body: "a=1&b=2" });
    const many = await ask(port, {
      method: "GET",
      target: `${target}?${"a&b&".repeat(900)}`,
      headers,
    });
    assert.deepEqual([many.status, many.body], [200, "a=1&b=2"]);
    const distinct = Array.from({ length: 101 }, (_, at) => `x${at}`).join("&");
    const tooMany = await ask(port, { method: "GET", target: `${target}?${distinct}`, headers });
    assert.equal(tooMany.status, 409);
    const client = await RawClient.open(port);
    client.send(
      `POST ${target} HTTP/1.1\r\nHost: x\r\n${headers[0] ?? ""}\r\nContent-Length: 65537\r\n\r\na`,
    );
    assert.match(await client.untilClosed(), /^HTTP\/1\.1 413 /);
    await stopRig(rig);
  });
});
