// Contents on their way: uploads that are read as they go, downloads that must be what was asked.

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ClientError } from "../../src/client/client-error.js";
import { VendorClient } from "../../src/client/vendor-client.js";
import { StubService, stubClient, token, useStubs } from "./stub-service.js";

describe("a download (procedures 6 and 8)", () => {
  useStubs();
  const client = stubClient();

  it("asks for the whole, or a range, and for a serial", async () => {
    const stub = new StubService(
      { status: 200, body: "0123", headers: { "Content-Length": "4", "Content-Type": "a/b" } },
      {
        status: 206,
        body: "12",
        headers: { "Content-Length": "2", "Content-Range": "bytes 1-2/4" },
      },
    );
    const whole = await client.contents.download("lamp", "fw");
    assert.deepEqual([whole.contentType, whole.byteLength, whole.range], ["a/b", 4, undefined]);
    assert.equal(await textOf(whole.chunks), "0123");
    const part = await client.contents.download("lamp", "fw", {
      serial: "1",
      range: { first: 1, last: 2 },
    });
    assert.deepEqual(part.range, { first: 1, last: 2, total: 4 });
    assert.equal(await textOf(part.chunks), "12");
    assert.deepEqual(
      stub.requests.map(({ line, headers }) => [line, headers["range"]]),
      [
        ["GET /provision/manage/content/lamp/fw?download=true", undefined],
        ["GET /provision/manage/content/lamp/fw?download=true&sn=1", "bytes=1-2"],
      ],
    );
    assert.equal(stub.requests[0]?.headers["accept-encoding"], "identity");
  });

  const wrong: readonly [what: string, status: number, headers: Record<string, string>][] = [
    ["no length", 200, {}],
    ["the whole for a range", 200, { "Content-Length": "4" }],
    ["a range that begins elsewhere", 206, range("bytes 0-1/4", 2)],
    ["a range of another length", 206, range("bytes 1-2/4", 3)],
    ["a range without its place", 206, { "Content-Length": "2" }],
  ];
  for (const [what, status, headers] of wrong) {
    it(`takes no answer with ${what}`, async () => {
      new StubService({ status, body: "12", headers });
      await assert.rejects(
        client.contents.download("lamp", "fw", { range: { first: 1, last: 2 } }),
        (error) => error instanceof ClientError && error.kind === "unexpected-answer",
      );
    });
  }
});

describe("an upload (procedure 10)", () => {
  let server: Server;
  let client: VendorClient;
  let receivedBytes: number;
  let answersEarly: boolean;

  before((done) => {
    server = createServer((request, response) => {
      if (answersEarly) {
        response.writeHead(409, { "Content-Length": 0 }).end();
        return;
      }
      request.on("data", (chunk: Buffer) => (receivedBytes += chunk.length));
      request.on("end", () => response.writeHead(205, { "Content-Length": 0 }).end());
    }).listen(0, "127.0.0.1", done);
  });
  beforeEach(() => {
    receivedBytes = 0;
    answersEarly = false;
    const { port } = server.address() as AddressInfo;
    client = new VendorClient({ server: `http://127.0.0.1:${port}`, token, timeoutMs: 300 });
  });
  after((done) => {
    server.closeAllConnections();
    server.close(done);
  });

  it("reads its source no faster than it is sent, and tells how much has gone", async () => {
    const chunkCount = 400;
    const byteLength = chunkCount * 65_536;
    let lead = 0;
    let readBytes = 0;
    let toldBytes = 0;
    async function* source(): AsyncGenerator<Uint8Array, void, void> {
      for (let count = 0; count < chunkCount; count += 1) {
        yield await Promise.resolve(new Uint8Array(65_536));
        readBytes += 65_536;
        lead = Math.max(lead, readBytes - receivedBytes);
      }
    }
    await client.contents.upload(
      "lamp",
      "fw",
      { byteLength, chunks: source() },
      { onSent: (sentBytes) => (toldBytes = sentBytes) },
    );
    assert.equal(receivedBytes, byteLength);
    assert.equal(toldBytes, byteLength);
    assert.ok(lead < byteLength / 2, `${lead} bytes read ahead`);
  });

  it("may take longer than the time-out, as long as something moves", async () => {
    async function* slow(): AsyncGenerator<Uint8Array, void, void> {
      for (let count = 0; count < 5; count += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        yield new Uint8Array(10);
      }
    }
    await client.contents.upload("lamp", "fw", { byteLength: 50, chunks: slow() });
    assert.equal(receivedBytes, 50);
  });

  it("ends if its source stands still", async () => {
    async function* stuck(): AsyncGenerator<Uint8Array, void, void> {
      yield new Uint8Array(10);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    await assert.rejects(
      client.contents.upload("lamp", "fw", { byteLength: 50, chunks: stuck() }),
      (error) => error instanceof ClientError && error.kind === "unreachable",
    );
  });

  for (const byteLength of [2, 9]) {
    it(`is broken off if ${byteLength} bytes turn out to be 5`, async () => {
      async function* changed(): AsyncGenerator<Uint8Array, void, void> {
        yield await Promise.resolve(new Uint8Array(5));
      }
      await assert.rejects(
        client.contents.upload("lamp", "fw", { byteLength, chunks: changed() }),
        (error) => error instanceof ClientError && error.kind === "invalid",
      );
    });
  }

  it("ends at once if the service refuses it while it is under way", async () => {
    answersEarly = true;
    await assert.rejects(
      client.contents.upload("lamp", "fw", new Uint8Array(64 * 1024 * 1024)),
      (error) => error instanceof ClientError && error.kind === "conflict",
    );
  });

  it("may be of nothing", async () => {
    await client.contents.upload("lamp", "fw", new Uint8Array(0));
    assert.equal(receivedBytes, 0);
  });
});

function range(contentRange: string, byteLength: number): Record<string, string> {
  return { "Content-Range": contentRange, "Content-Length": String(byteLength) };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const gathered: Uint8Array[] = [];
  for await (const chunk of chunks) gathered.push(chunk);
  return Buffer.concat(gathered).toString();
}
