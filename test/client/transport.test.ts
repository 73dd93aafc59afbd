// What every procedure shares: keys, refusals, time-outs, pages, and answers that are none.

import assert from "node:assert/strict";
import nock from "nock";
import { ClientError, type ClientErrorKind } from "../../src/client/client-error.js";
import { VendorClient } from "../../src/client/vendor-client.js";
import { StubService, server, stubClient, token, useStubs } from "./stub-service.js";

describe("the transport", () => {
  useStubs();
  const client = stubClient();

  it("sends a token or a CIK in its field, and in no target or body", async () => {
    const stub = new StubService({ status: 205 }, { status: 205 });
    await client.serials.add("lamp", "1");
    await new VendorClient({ server, cik: token }).serials.add("lamp", "1");
    const [byToken, byCik] = stub.requests;
    assert.equal(byToken?.headers["x-exosite-token"], token);
    assert.equal(byToken.headers["x-exosite-cik"], undefined);
    assert.equal(byCik?.headers["x-exosite-cik"], token);
    for (const { line, body } of stub.requests) assert.ok(!(line + body).includes(token));
  });

  it("names the vendor that shares, for the serials asked for through it only", async () => {
    const stub = new StubService({ status: 204 }, { status: 204 });
    await client.serialsSharedBy("acme").info("lamp", "1");
    await client.serials.info("lamp", "1");
    assert.deepEqual(
      stub.requests.map(({ headers }) => headers["x-exosite-vendor"]),
      ["acme", undefined],
    );
  });

  for (const key of ["", `${token}\n`, "no key at all, but a sentence of forty-odd letters"]) {
    it(`takes no key of ${key.length} characters, and does not repeat it`, () => {
      assert.throws(
        () => new VendorClient({ server, token: key }),
        (error) =>
          error instanceof ClientError &&
          error.kind === "invalid" &&
          (key === "" || !error.message.includes(key.trim())),
      );
    });
  }

  const names = ["", ".", "..", "a/b", "a?b", "lämp", "x".repeat(65), "a\r\nb"];
  for (const name of names) {
    it(`asks nothing for the name ${JSON.stringify(name).slice(0, 12)}`, async () => {
      const stub = new StubService();
      await rejectsWith(client.models.delete(name), "invalid");
      await rejectsWith(client.contents.create("lamp", name, { meta: "" }), "invalid");
      await rejectsWith(client.shares.delete("lamp", name), "invalid");
      assert.equal(stub.requests.length, 0);
    });
  }

  const refusals: readonly [status: number, kind: ClientErrorKind][] = [
    [302, "unexpected-answer"],
    [400, "not-found"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not-found"],
    [409, "conflict"],
    [412, "never-enabled"],
    [413, "failed"],
    [418, "failed"],
    [500, "failed"],
    [503, "failed"],
  ];
  for (const [status, kind] of refusals) {
    it(`tells ${status} as ${kind} in one line without the key`, async () => {
      const headers = status === 302 ? { Location: "http://elsewhere.example/" } : {};
      new StubService({ status, body: `HTTP/1.1 ${status} No\r\n`, headers });
      const error = await rejectsWith(client.models.create("lamp", { rid: token }), kind);
      assert.equal(error.status, status);
      assert.match(error.message, new RegExp(`^cannot create model "lamp": .*\\(${status}\\)$`));
      assert.ok(!error.message.includes(token));
    });
  }

  it("tells a connection that breaks, and a server that says nothing, as unreachable", async () => {
    nock(server).post("/provision/manage/model/").replyWithError("socket hang up");
    nock(server).post("/provision/manage/model/").delay(1000).reply(205);
    const broken = await rejectsWith(client.models.create("lamp", { rid: token }), "unreachable");
    assert.match(broken.message, /does not answer: socket hang up$/);
    const silent = await rejectsWith(client.models.create("lamp", { rid: token }), "unreachable");
    assert.match(silent.message, /nothing moved for 0\.2 s$/);
  });

  it("reads page after page, until one is not full", async () => {
    const page = (first: number, count: number): string =>
      Array.from({ length: count }, (_, at) => `g${first + at},\r\n`).join("");
    const stub = new StubService(
      { status: 200, body: page(0, 1000) },
      { status: 200, body: page(1000, 1000) },
      { status: 204 },
    );
    let count = 0;
    for await (const { id } of client.groups.list("lamp")) assert.equal(id, `g${count++}`);
    assert.equal(count, 2000);
    assert.deepEqual(
      stub.requests.map(({ line }) => line.slice(line.indexOf("?"))),
      ["?offset=0&limit=1000", "?offset=1000&limit=1000", "?offset=2000&limit=1000"],
    );
  });

  it("asks for no page that nobody reads", async () => {
    const stub = new StubService({ status: 200, body: "g,\r\n".repeat(1000) });
    for await (const { id } of client.groups.list("lamp")) {
      assert.equal(id, "g");
      break;
    }
    assert.equal(stub.requests.length, 1);
  });

  const strange: readonly [what: string, body: string, call: () => Promise<unknown>][] = [
    ["rows with an open quote", '"a\r\nb', () => client.models.list()],
    ["a page of more rows than there may be", "g\r\n".repeat(1001), () => groups()],
    ["more bytes than a page can have", `${"x".repeat(100)}\r\n`.repeat(90_000), () => groups()],
    ["a model without a template", "options[]=noaliases", () => client.models.info("lamp")],
    ["a content without a size", "a/b,,1,\r\n", () => client.contents.info("lamp", "fw")],
    ["no content at all", "", () => client.contents.info("lamp", "fw")],
    ["a group without a count", "meta\r\n", () => client.groups.info("lamp", "g")],
    ["an activation at no time", "now,::1,x\r\n", () => client.serials.log("lamp", "1")],
    ["ranges that are no JSON", "{", () => client.ranges.list("lamp")],
    ["ranges of an unknown format", '[{"format":"roman"}]', () => client.ranges.list("lamp")],
    ["a token that is a page of HTML", "<html>", () => client.tokens.show("ci")],
  ];
  for (const [what, body, call] of strange) {
    it(`tells ${what} as unexpected`, async () => {
      new StubService({ status: 200, body });
      await rejectsWith(call(), "unexpected-answer");
    });
  }

  const empty: readonly [what: string, call: () => Promise<unknown>, result: unknown][] = [
    ["no models", () => client.models.list(), []],
    ["no ranges", () => client.ranges.list("lamp"), []],
    ["no log", () => client.serials.log("lamp", "1"), []],
    ["no client", () => client.serials.info("lamp", "1"), undefined],
    ["no vendor name", () => client.registration.name(), undefined],
    ["no shares", () => client.shares.list("lamp"), []],
  ];
  for (const [what, call, result] of empty) {
    it(`takes 204 and an empty 200 alike for ${what}`, async () => {
      new StubService({ status: 204 }, { status: 200 });
      assert.deepEqual(await call(), result);
      assert.deepEqual(await call(), result);
    });
  }

  it("tells a share that is not there as no, and any other refusal as an error", async () => {
    new StubService({ status: 404 }, { status: 403 });
    assert.equal(await client.shares.has("lamp", "acme"), false);
    await rejectsWith(client.shares.has("lamp", "acme"), "forbidden");
  });

  it("says the template again to take a model's last option away", async () => {
    const stub = new StubService({ status: 200, body: `code=${token}` }, { status: 205 });
    await client.models.update("lamp", { options: [] });
    assert.equal(stub.requests[1]?.body, `code=${token}`);
  });

  async function groups(): Promise<number> {
    let count = 0;
    for await (const { id } of client.groups.list("lamp")) count += id.length;
    return count;
  }
});

async function rejectsWith(asking: Promise<unknown>, kind: ClientErrorKind): Promise<ClientError> {
  try {
    await asking;
  } catch (error) {
    assert.ok(error instanceof ClientError, String(error));
    assert.equal(error.kind, kind);
    assert.ok(!error.message.includes("\n"));
    return error;
  }
  assert.fail(`expected ${kind}`);
}
