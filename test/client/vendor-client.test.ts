// The vendor's client and the real service: what a vendor does in the life of a model.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClientError, type ClientErrorKind } from "../../src/client/client-error.js";
import { importSerials } from "../../src/client/serial-import.js";
import { VendorClient } from "../../src/client/vendor-client.js";
import type { VendorCredentials } from "../../src/service/admin.js";
import { startService, type Service } from "../../src/service/service.js";

describe("the vendor's client and the service", () => {
  let service: Service;
  let folder: string;
  let server: string;
  let acme: VendorCredentials;
  let bolt: VendorCredentials;
  let client: VendorClient;
  let owner: VendorClient;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "fleet-"));
    service = await startService({ dataDirectory: folder, port: 0 });
    server = `http://127.0.0.1:${service.port}`;
    acme = await service.admin.createVendor("acme");
    bolt = await service.admin.createVendor("bolt");
    client = new VendorClient({ server, token: acme.token });
    owner = new VendorClient({ server, cik: acme.cik });
  });
  after(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  async function activate(model: string, sn: string): Promise<string> {
    const body = new URLSearchParams({ vendor: "acme", model, sn });
    const activated = await fetch(`${server}/provision/activate`, { method: "POST", body });
    assert.equal(activated.status, 200);
    return activated.text();
  }

  for (const deletesByPost of [false, true]) {
    const deletes = deletesByPost ? "POST" : "DELETE";

    it(`make, change and delete whatever a model has (${deletes})`, async () => {
      const { models, serials, contents, groups, shares } = new VendorClient({
        server,
        token: acme.token,
        deletesByPost,
      });
      await models.create("lamp", { rid: acme.rid }, ["noaliases"]);
      assert.deepEqual(await models.list(), ["lamp"]);
      await models.update("lamp", { options: ["nohistorical", "nocomments"] });
      assert.deepEqual(await models.info("lamp"), {
        template: { rid: acme.rid },
        options: ["nocomments", "nohistorical"],
      });
      await models.update("lamp", { options: [] });
      assert.deepEqual((await models.info("lamp")).options, []);

      await serials.add("lamp", "1", "first, really");
      await serials.addAll("lamp", ["2", "3"]);
      await serials.addRows("lamp", [{ serial: "4", extra: 'the "fourth"' }]);
      await serials.remove("lamp", ["3", "9"]);
      await serials.delete("lamp", "2");
      assert.deepEqual(await all(serials.list("lamp")), [
        { serial: "1", status: "", rid: "", extra: "first, really" },
        { serial: "4", status: "", rid: "", extra: 'the "fourth"' },
      ]);

      await contents.create("lamp", "fw", { meta: "a,b", protected: true });
      await groups.create("lamp", "beta", "for the brave");
      const never = { expiresAtSeconds: undefined, meta: "" };
      await groups.putSimilar("lamp", "beta", { type: "sn", ids: ["1", "4"], ...never });
      await groups.put("lamp", "beta", [
        { type: "content", id: "fw", expiresAtSeconds: 2_000_000_000, meta: "x" },
      ]);
      await groups.removeSimilar("lamp", "beta", "sn", ["4"]);
      assert.deepEqual(await groups.info("lamp", "beta"), {
        meta: "for the brave",
        memberCount: 2,
      });
      assert.deepEqual(await all(groups.members("lamp", "beta", { type: "content" })), [
        { type: "content", id: "fw", expiresAtSeconds: 2_000_000_000, meta: "x" },
      ]);
      assert.deepEqual(await contents.list("lamp", "1"), ["fw"]);
      assert.deepEqual(await contents.list("lamp", "4"), []);
      assert.deepEqual(await all(serials.groups("lamp", "1")), ["beta"]);
      assert.deepEqual(await all(contents.groups("lamp", "fw")), ["beta"]);
      assert.deepEqual(await all(groups.groups("lamp", "beta")), []);
      await groups.remove("lamp", "beta", [{ type: "content", id: "fw" }]);
      await groups.delete("lamp", "beta");
      assert.deepEqual(await all(groups.list("lamp")), []);

      await shares.create("lamp", "bolt");
      assert.deepEqual(await shares.list("lamp"), ["bolt"]);
      assert.equal(await shares.has("lamp", "bolt"), true);
      await shares.delete("lamp", "bolt");
      assert.equal(await shares.has("lamp", "bolt"), false);

      await contents.delete("lamp", "fw");
      assert.deepEqual(await contents.list("lamp"), []);
      await models.delete("lamp");
      assert.deepEqual(await models.list(), []);
    });
  }

  it("bring a release to a device, byte by byte", async () => {
    await client.models.create("fan", { rid: acme.rid });
    await client.serials.add("fan", "1");
    const rid = await client.serials.enable("fan", "1", acme.rid);
    assert.deepEqual(await client.serials.info("fan", "1"), {
      status: "notactivated",
      rid,
      extra: "",
    });
    const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
    await client.contents.create("fan", "fan-1.0.0", { meta: "version=1.0.0" });
    await client.contents.upload("fan", "fan-1.0.0", bytes, { contentType: "application/x-test" });
    const info = await client.contents.info("fan", "fan-1.0.0");
    assert.deepEqual(
      [info.contentType, info.sizeBytes, info.meta, info.protected],
      ["application/x-test", 200_000, "version=1.0.0", false],
    );
    const whole = await client.contents.download("fan", "fan-1.0.0");
    assert.deepEqual(await bytesOf(whole.chunks), Buffer.from(bytes));
    const tail = await client.contents.download("fan", "fan-1.0.0", {
      serial: "1",
      range: { first: 199_990 },
    });
    assert.deepEqual(await bytesOf(tail.chunks), Buffer.from(bytes.subarray(199_990)));

    const cik = await activate("fan", "1");
    assert.match(cik, /^[0-9a-f]{40}$/);
    const [activation] = await client.serials.log("fan", "1");
    assert.equal(activation?.entry, "vendor=acme&model=fan&sn=1");
    await client.serials.addAll("fan", ["2"]);
    await client.serials.remap("fan", "2", "1");
    assert.equal((await client.serials.info("fan", "2"))?.rid, rid);
    assert.equal(await client.serials.info("fan", "1"), undefined);
    await client.serials.regenerate("fan", "2");
    assert.notEqual(await activate("fan", "2"), cik);
    await client.serials.disable("fan", "2");
    assert.equal((await client.serials.info("fan", "2"))?.status, "expired");
  });

  it("count the serials of a range without listing them", async () => {
    await client.models.create("mesh", { rid: acme.rid });
    const form = { format: "mac:48", length: null, casing: "upper" } as const;
    await client.ranges.add("mesh", [{ ...form, first: 0, last: 255 }]);
    await client.ranges.remove("mesh", [{ ...form, first: 16, last: 255 }]);
    assert.deepEqual(await client.ranges.list("mesh"), [{ ...form, first: 0, last: 15 }]);
    assert.equal(await client.serials.info("mesh", "00:00:00:00:00:0F"), undefined);
    await rejectsWith(client.serials.info("mesh", "00:00:00:00:00:10"), "not-found");
  });

  it("let another vendor enable through a share, and see only what it enabled", async () => {
    await client.models.create("shared", { rid: acme.rid });
    await client.serials.addAll("shared", ["1", "2"]);
    const other = new VendorClient({ server, token: bolt.token });
    const through = other.serialsSharedBy("acme");
    await rejectsWith(through.enable("shared", "1", bolt.rid), "forbidden");
    await client.shares.create("shared", "bolt");
    assert.deepEqual(await other.models.listShared(), [{ vendor: "acme", model: "shared" }]);
    // The owner lies below the model's creator (S-18), whoever enables.
    await rejectsWith(through.enable("shared", "1", bolt.rid), "forbidden");
    await through.enable("shared", "1", acme.rid);
    await client.serials.enable("shared", "2", acme.rid);
    assert.deepEqual(await serialsOf(through.list("shared")), ["1"]);
    const shared = client.serials.list("shared", { enabledBy: "bolt" });
    assert.deepEqual(await serialsOf(shared), ["1"]);
    await through.disable("shared", "1");
    await rejectsWith(through.disable("shared", "2"), "forbidden");
  });

  it("open tokens and names to a CIK only", async () => {
    const made = await owner.tokens.create("factory");
    assert.equal(await owner.tokens.show("factory"), made);
    const byToken = new VendorClient({ server, token: made });
    assert.equal(await byToken.registration.name(), "acme");
    await rejectsWith(byToken.tokens.list(), "unauthorized");
    await owner.tokens.delete("factory");
    await rejectsWith(byToken.registration.name(), "unauthorized");
    assert.ok(!(await owner.tokens.list()).includes("factory"));

    const { cik } = await service.admin.createOwner({ vendor: null });
    const { registration } = new VendorClient({ server, cik });
    assert.equal(await registration.name(), undefined);
    await registration.register("newcomer");
    assert.equal(await registration.name(), "newcomer");
    await rejectsWith(registration.register("acme"), "conflict");
    await registration.unregister("newcomer");
    await rejectsWith(registration.unregister("newcomer"), "not-found");
  });

  it("import thousands of serials, again after an interruption, and page through them", async () => {
    await client.models.create("bulk", { rid: acme.rid });
    const serials = Array.from({ length: 2500 }, (_, at) => ({
      serial: String(at).padStart(6, "0"),
      extra: `box ${at % 10}`,
    }));
    for await (const { added } of importSerials(client.serials, "bulk", serials)) {
      if (added === 1000) break;
    }
    assert.equal((await serialsOf(client.serials.list("bulk"))).length, 1000);
    let last = { added: 0, present: 0, total: 0 };
    for await (const progress of importSerials(client.serials, "bulk", serials)) last = progress;
    assert.deepEqual(last, { added: 1500, present: 1000, total: 2500 });
    assert.deepEqual(
      await serialsOf(client.serials.list("bulk")),
      serials.map(({ serial }) => serial),
    );
  });

  it("tell a duplicate, what is not there, and a key that is none", async () => {
    await client.models.create("twice", { rid: acme.rid });
    await rejectsWith(client.models.create("twice", { rid: acme.rid }), "conflict");
    await rejectsWith(client.models.info("never"), "not-found");
    await rejectsWith(client.contents.list("never"), "not-found");
    await rejectsWith(client.groups.info("twice", "never"), "not-found");
    const stranger = new VendorClient({ server, token: "0".repeat(40) });
    await rejectsWith(stranger.models.list(), "unauthorized");
  });
});

async function rejectsWith(asking: Promise<unknown>, kind: ClientErrorKind): Promise<void> {
  await assert.rejects(asking, (error) => error instanceof ClientError && error.kind === kind);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

async function serialsOf(listed: AsyncIterable<{ readonly serial: string }>): Promise<string[]> {
  return (await all(listed)).map(({ serial }) => serial);
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await all(chunks));
}
