// The codec against a peer that was not written by us: what Node's server sends, the reader must
// understand; what the writer writes, Node's parser must understand.

import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpRequest } from "../../src/http/request-writer.js";
import { NodeServer, type NodeClient } from "./node-server.js";

const get: HttpRequest = { method: "GET", target: "/", host: "example.org", fields: [] };

describe("codec against Node's own server", () => {
  let server: NodeServer | undefined;
  let client: NodeClient | undefined;

  async function connect(
    listener: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<NodeClient> {
    server = await NodeServer.start(listener);
    client = await server.connect();
    return client;
  }

  afterEach(async () => {
    client?.close();
    await server?.stop();
    client = server = undefined;
  });

  it("reads Content-Length, chunks, 204, 304 and errors on one connection", async () => {
    const peer = await connect((request, response) => {
      response.sendDate = false;
      switch (request.url) {
        case "/length":
          response.setHeader("Content-Length", 5).end("hello");
          break;
        case "/chunks":
          response.write("hel");
          response.write("lo");
          response.end();
          break;
        case "/trailers":
          response.setHeader("Trailer", "X-Sum");
          response.write("hello");
          response.addTrailers({ "X-Sum": "5" });
          response.end();
          break;
        default:
          response.writeHead(Number(request.url?.slice(1)), { "Retry-After": "7" }).end();
      }
    });
    const answers: [target: string, log: string][] = [
      ["/length", 'head 200, content-length: 5\nbody "hello"\nend'],
      ["/chunks", 'head 200\nbody "hello"\nend'],
      ["/trailers", 'head 200\nbody "hello"\nend'],
      ["/204", "head 204, retry-after: 7\nend"],
      ["/304", "head 304, retry-after: 7\nend"],
      ["/503", "head 503, retry-after: 7\nend"],
    ];
    for (const [target, log] of answers) {
      peer.send({ ...get, target });
      assert.equal(await peer.receive(1), log, target);
    }
  });

  it("reads the answers of pipelined requests in their order", async () => {
    const peer = await connect((request, response) => {
      // The first answers are the slowest.
      const delayMs = 30 - 10 * Number(request.url?.slice(1));
      setTimeout(() => response.end(request.url), delayMs);
    });
    for (const target of ["/0", "/1", "/2", "/3"]) peer.send({ ...get, target });
    const answer = (body: string): string => `head 200, content-length: 2\nbody "${body}"\nend`;
    assert.equal(await peer.receive(4), ["/0", "/1", "/2", "/3"].map(answer).join("\n"));
  });

  it("reads the answer to HEAD, and the next one behind it", async () => {
    const peer = await connect((_, response) => {
      response.setHeader("Content-Length", 5).end("hello");
    });
    peer.sendText("HEAD", "HEAD / HTTP/1.1\r\nHost: example.org\r\n\r\n");
    peer.send(get);
    assert.equal(
      await peer.receive(2),
      'head 200, content-length: 5\nend\nhead 200, content-length: 5\nbody "hello"\nend',
    );
  });

  it("skips 100, 102 and 103", async () => {
    const peer = await connect((_, response) => {
      response.writeContinue();
      response.writeProcessing();
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.end("hello");
    });
    peer.send(get);
    assert.equal(await peer.receive(1), 'head 200, content-length: 5\nbody "hello"\nend');
  });

  it("knows when the server will close", async () => {
    const peer = await connect((_, response) => {
      response.setHeader("Connection", "close").end("hello");
    });
    peer.send(get);
    assert.equal(await peer.receive(1), 'head 200, content-length: 5\nbody "hello"\nend, close');
  });

  it("reads a body that lasts until the server closes", async () => {
    const peer = await connect((_, response) => {
      response.useChunkedEncodingByDefault = false;
      response.removeHeader("Content-Length");
      response.write("hel");
      response.end("lo");
    });
    peer.send(get);
    assert.equal(await peer.receive(1), 'head 200\nbody "hello"\nend, close');
  });

  it("reads a megabyte in ranges, byte for byte", async () => {
    const blob = Buffer.from(Array.from({ length: 1 << 20 }, (_, at) => (at * 31) >> 3));
    const peer = await connect((request, response) => {
      const [first = 0, last = 0] = (request.headers.range ?? "").slice(6).split("-").map(Number);
      response.writeHead(206, {
        "Content-Range": `bytes ${first}-${last}/${blob.length}`,
      });
      response.end(blob.subarray(first, last + 1));
    });
    const step = 1 << 16;
    let received = 0;
    for (let first = 0; first < blob.length; first += step) {
      const last = first + step - 1;
      peer.send({ ...get, fields: [["Range", `bytes=${first}-${last}`]] });
    }
    for (let first = 0; first < blob.length; first += step) {
      const log = await peer.receive(1);
      const body = /^body (.*)$/m.exec(log)?.[1];
      assert.ok(body !== undefined, log.slice(0, 100));
      const bytes = Buffer.from(JSON.parse(body) as string, "latin1");
      assert.ok(bytes.equals(blob.subarray(first, first + step)), `at ${first}`);
      received += bytes.length;
    }
    assert.equal(received, blob.length);
  });

  it("writes what Node's parser reads back", async () => {
    const seen: unknown[] = [];
    const peer = await connect((request, response) => {
      let body = "";
      request.setEncoding("latin1");
      request.on("data", (text: string) => (body += text));
      request.on("end", () => {
        seen.push([request.method, request.url, request.rawHeaders, body]);
        response.end();
      });
    });
    peer.send({
      method: "POST",
      target: "/provision/activate?a=%20&b=c",
      host: "example.org:8080",
      fields: [
        ["X-Exosite-CIK", "0123"],
        ["X-Empty", ""],
        ["X-Inner", "a \t b"],
      ],
      body: "vendor=v&model=m",
    });
    peer.send({ ...get, method: "POST" });
    peer.send(get);
    peer.send({ ...get, body: "" });
    await peer.receive(4);
    const host = ["Host", "example.org"];
    assert.deepEqual(seen, [
      [
        "POST",
        "/provision/activate?a=%20&b=c",
        [
          ...["Host", "example.org:8080", "X-Exosite-CIK", "0123", "X-Empty", ""],
          ...["X-Inner", "a \t b", "Content-Length", "16"],
        ],
        "vendor=v&model=m",
      ],
      ["POST", "/", [...host, "Content-Length", "0"], ""],
      ["GET", "/", host, ""],
      ["GET", "/", [...host, "Content-Length", "0"], ""],
    ]);
  });
});
