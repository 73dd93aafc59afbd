// The vendor's client against what a server may answer (nock), and against the real service.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nock from "nock";
import { FleetError, type FleetErrorKind } from "../../src/fleet/fleet-error.js";
import { VendorClient } from "../../src/fleet/vendor-client.js";
import { startService, type Service } from "../../src/service/service.js";

const server = "http://fleet.example";
const token = "0123456789abcdef0123456789abcdef01234567";

describe("the vendor's client", () => {
  const client = new VendorClient({ server, token, timeoutMs: 200 });

  before(() => nock.disableNetConnect());
  afterEach(() => {
    assert.ok(nock.isDone(), `not asked: ${nock.pendingMocks().join(", ")}`);
    nock.cleanAll();
  });
  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it("sends the token in its field and the form in the body, and nothing in the target", async () => {
    nock(server, { reqheaders: { "x-exosite-token": token } })
      .post("/provision/manage/model/lamp/", "sn=0001")
      .reply(205);
    await client.addSerial("lamp", "0001");
  });

  it("percent-encodes names that go into the path", async () => {
    nock(server)
      .post("/provision/manage/model/a%20b/02%3A00", /enable=true/)
      .reply(200, "f".repeat(40));
    assert.equal(await client.enableSerial("a b", "02:00", "e".repeat(40)), "f".repeat(40));
  });

  it("uploads the bytes as they are, under their type", async () => {
    nock(server, { reqheaders: { "content-type": "application/octet-stream" } })
      .post("/provision/manage/content/lamp/lamp-1.0.0", (body: unknown) => body === "e90001")
      .reply(205);
    const content = Uint8Array.of(0xe9, 0x00, 0x01);
    await client.uploadContent("lamp", "lamp-1.0.0", content, "application/octet-stream");
  });

  const refusals: readonly [status: number, kind: FleetErrorKind][] = [
    [400, "not-found"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not-found"],
    [409, "conflict"],
    [412, "failed"],
    [500, "failed"],
    [503, "failed"],
  ];
  for (const [status, kind] of refusals) {
    it(`tells ${status} as ${kind}, without the token`, async () => {
      nock(server).post("/provision/manage/model/").reply(status, `HTTP/1.1 ${status} No\r\n`);
      await assert.rejects(client.createModel("lamp", "0".repeat(40)), (error) => {
        assert.ok(error instanceof FleetError);
        assert.equal(error.kind, kind);
        assert.equal(error.status, status);
        assert.ok(!error.message.includes(token));
        return true;
      });
    });
  }

  it("tells a connection that breaks, and a server that says nothing, as unreachable", async () => {
    nock(server).post("/provision/manage/model/").replyWithError("socket hang up");
    nock(server).post("/provision/manage/model/").delay(1000).reply(205);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await assert.rejects(
        client.createModel("lamp", "0".repeat(40)),
        (error) => error instanceof FleetError && error.kind === "unreachable",
      );
    }
  });
});

describe("the vendor's client and the service", () => {
  let service: Service;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "fleet-"));
    service = await startService({ dataDirectory: folder, port: 0 });
  });
  after(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  it("register a model, a serial and a release that a device then sees", async () => {
    const vendor = await service.admin.createVendor("acme");
    const address = `http://127.0.0.1:${service.port}`;
    const client = new VendorClient({ server: address, token: vendor.token });
    await client.createModel("lamp", vendor.rid);
    await client.addSerial("lamp", "0001");
    assert.match(await client.enableSerial("lamp", "0001", vendor.rid), /^[0-9a-f]{40}$/);
    await client.createContent("lamp", "lamp-1.0.0", "version=1.0.0");
    await client.uploadContent("lamp", "lamp-1.0.0", Uint8Array.of(1, 2, 3), "application/x-test");
    await client.regenerateSerial("lamp", "0001");
    const activated = await fetch(`${address}/provision/activate`, {
      method: "POST",
      body: new URLSearchParams({ vendor: "acme", model: "lamp", sn: "0001" }),
    });
    const cik = await activated.text();
    const info = await fetch(
      `${address}/provision/download?vendor=acme&model=lamp&id=lamp-1.0.0&info=true`,
      { headers: { "X-Exosite-CIK": cik } },
    );
    assert.match(await info.text(), /^application\/x-test,3,\d+,version=1\.0\.0\r\n$/);
  });

  it("tell a duplicate as conflict and a wrong token as unauthorized", async () => {
    const vendor = await service.admin.createVendor("bolt");
    const address = `http://127.0.0.1:${service.port}`;
    const client = new VendorClient({ server: address, token: vendor.token });
    await client.createModel("fan", vendor.rid);
    await assert.rejects(
      client.createModel("fan", vendor.rid),
      (error) => error instanceof FleetError && error.kind === "conflict",
    );
    const stranger = new VendorClient({ server: address, token });
    await assert.rejects(
      stranger.addSerial("fan", "1"),
      (error) => error instanceof FleetError && error.kind === "unauthorized",
    );
  });
});
