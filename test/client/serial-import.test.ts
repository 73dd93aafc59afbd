// Bulk imports: all-or-nothing batches, and what an interrupted import leaves to the next one.

import assert from "node:assert/strict";
import { ClientError } from "../../src/client/client-error.js";
import { importSerials, type ImportProgress } from "../../src/client/serial-import.js";
import type { NewSerial } from "../../src/client/serials.js";
import { VendorClient } from "../../src/client/vendor-client.js";
import { StubService, server, stubClient, token, useStubs } from "./stub-service.js";

const five = serials(5);

describe("an import of serials", () => {
  useStubs();
  const client = stubClient();

  it("adds batch after batch, having asked once what is there", async () => {
    const stub = new StubService(
      { status: 200 },
      { status: 205 },
      { status: 205 },
      { status: 205 },
    );
    assert.deepEqual(await run(client, five), [
      { added: 2, present: 0, total: 5 },
      { added: 4, present: 0, total: 5 },
      { added: 5, present: 0, total: 5 },
    ]);
    assert.deepEqual(
      stub.requests.slice(1).map(({ line, body }) => [line, body]),
      [
        ["POST /provision/manage/model/lamp/", "s0,x0\r\ns1,x1\r\n"],
        ["POST /provision/manage/model/lamp/", "s2,x2\r\ns3,x3\r\n"],
        ["POST /provision/manage/model/lamp/", "s4,x4\r\n"],
      ],
    );
  });

  it("goes on where it was interrupted, and lists what is there only once", async () => {
    const stub = new StubService(
      { status: 200, body: "s0,,,x0\r\ns1,,,x1\r\ns2,,,x2\r\nz,,,\r\n" },
      { status: 205 },
      { status: 205 },
    );
    assert.deepEqual((await run(client, five)).at(-1), { added: 2, present: 3, total: 5 });
    assert.deepEqual(
      stub.requests.map(({ body }) => body),
      ["", "s3,x3\r\n", "s4,x4\r\n"],
    );
  });

  it("sends nothing if a later row is there with another extra text", async () => {
    const stub = new StubService({ status: 200, body: "s3,,,other\r\n" });
    await assert.rejects(
      run(client, five),
      (error) => error instanceof ClientError && /"s3" is there already/.test(error.message),
    );
    assert.equal(stub.requests.length, 1);
  });

  it("asks what is there only after a conflict if one batch holds all", async () => {
    const stub = new StubService(
      { status: 409 },
      { status: 200, body: "s0,,,x0\r\n" },
      { status: 205 },
    );
    assert.deepEqual(await run(client, five, 5), [{ added: 4, present: 1, total: 5 }]);
    assert.equal(stub.requests.length, 3);
  });

  it("ends at a conflict that what is listed does not explain", async () => {
    const stub = new StubService({ status: 409 }, { status: 204 }, { status: 409 });
    await assert.rejects(
      run(client, five, 5),
      (error) => error instanceof ClientError && error.kind === "conflict",
    );
    assert.equal(stub.requests.length, 3);
  });

  const wrong: readonly [what: string, entry: NewSerial, message: RegExp][] = [
    ["a serial that is none", { serial: "a,b", extra: "" }, /^row 6: expected a serial/],
    ["an empty serial", { serial: "", extra: "" }, /^row 6: expected a serial/],
    ["a serial twice", { serial: "s1", extra: "" }, /^row 6: serial "s1" is in row 2 already$/],
    ["an extra text with a NUL", { serial: "t", extra: "a\0" }, /^row 6: a NUL/],
    ["an extra text too long", { serial: "t", extra: "é".repeat(2049) }, /^row 6: .* got 4098$/],
  ];
  for (const [what, entry, message] of wrong) {
    it(`sends nothing at all because of ${what}`, async () => {
      const stub = new StubService();
      await assert.rejects(
        run(client, [...five, entry]),
        (error) => error instanceof ClientError && message.test(error.message),
      );
      assert.equal(stub.requests.length, 0);
    });
  }

  it("keeps a batch below a megabyte, however long the extra texts", async () => {
    const long = serials(300).map(({ serial }) => ({ serial, extra: "x".repeat(4096) }));
    const stub = new StubService({ status: 204 }, { status: 205 }, { status: 205 });
    await run(new VendorClient({ server, token }), long, 1000);
    assert.deepEqual(
      stub.requests.slice(1).map(({ body }) => body.length < 1024 * 1024),
      [true, true],
    );
  });
});

function serials(count: number): NewSerial[] {
  return Array.from({ length: count }, (_, at) => ({ serial: `s${at}`, extra: `x${at}` }));
}

async function run(
  client: VendorClient,
  entries: readonly NewSerial[],
  batchRows = 2,
): Promise<ImportProgress[]> {
  const told: ImportProgress[] = [];
  for await (const progress of importSerials(client.serials, "lamp", entries, { batchRows })) {
    told.push(progress);
  }
  return told;
}
