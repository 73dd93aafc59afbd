import assert from "node:assert/strict";
import {
  RawClient,
  requestText,
  type Rig,
  splitReplies,
  startDate,
  startRig,
  stopRig,
} from "../harness.js";
import { VendorClient } from "../vendor-client.js";

const timestamp = "GET /timestamp HTTP/1.1\r\nHost: x\r\n\r\n";
const lastTimestamp = "GET /timestamp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

function refusal(statusLine: string): string {
  const body = `HTTP/1.1 ${statusLine}\r\n`;
  return (
    `${body}Date: ${startDate}\r\nServer: exo\r\nConnection: Close\r\n` +
    `Content-Length: ${body.length}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${body}`
  );
}

describe("a connection to the service", () => {
  let rig: Rig;
  let acme: VendorClient;
  let cik: string;

  before(async () => {
    rig = await startRig();
    acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    cik = await acme.addDevice("m", "1");
    await acme.createContent("m", "fw-1");
    await acme.upload("m", "fw-1", "0123456789");
  });

  after(async () => {
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });

  /** Sends `text` on a new connection and returns all that comes until the service closes. */
  async function talk(text: string): Promise<string> {
    const client = await RawClient.open(rig.service.port);
    client.send(text);
    return client.untilClosed();
  }

  const download = (more: string, body = ""): string =>
    `GET /provision/download?vendor=acme&model=m HTTP/1.1\r\nHost: x\r\n` +
    `X-Exosite-CIK: ${cik}\r\n${more}\r\n${body}`;

  describe("with the requests of old clients", () => {
    it("takes a request that arrives byte by byte", async () => {
      const client = await RawClient.open(rig.service.port);
      const request = requestText({
        method: "POST",
        target: "/provision/activate",
        headers: ["Connection: close"],
        body: "vendor=acme&model=m&sn=1",
      });
      for (const character of request) {
        client.send(character);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(await client.untilClosed(), refusal("409 Conflict"));
    });

    it("ignores a line end after a body on a kept-alive connection", async () => {
      const body = "vendor=acme&model=m&sn=1";
      const activation = requestText({ method: "POST", target: "/provision/activate", body });
      const received = await talk(`${activation}\r\n${lastTimestamp}`);
      const statuses = splitReplies(received).map(({ status }) => status);
      assert.deepEqual(statuses, [409, 200]);
    });

    it("keeps the connection unless asked to close it, with blanks and in any case", async () => {
      const kept =
        `HTTP/1.1 200 OK\r\nDate: ${startDate}\r\nServer: exo\r\nConnection: Keep-Alive\r\n` +
        "Content-Length: 10\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n1400000000";
      const closing = timestamp.replace("Host: x", "host:x\r\nconnection:Close ");
      const closed = kept.replace("Keep-Alive", "Close");
      assert.equal(await talk(timestamp + closing), kept + closed);
    });

    it("takes header names in any case and two blanks before the version", async () => {
      const request = download("Connection: close\r\n")
        .replace("X-Exosite-CIK", "X-EXOSITE-CIK")
        .replace(" HTTP", "  HTTP");
      assert.match(await talk(request), /\r\n\r\nfw-1\r\n$/);
    });

    for (const [more, body] of [
      ["Content-Length: 0\r\n", ""],
      ["content-length:9\r\n", "id=nobody"],
    ] as const) {
      it(`does not look at the body of a GET with ${more.trim()}`, async () => {
        const received = await talk(download(more, body) + lastTimestamp);
        const bodies = splitReplies(received).map((reply) => reply.body);
        assert.deepEqual(bodies, ["fw-1\r\n", "1400000000"]);
      });
    }

    it("keeps the first of two Content-Types of an upload", async () => {
      await acme.createContent("m", "typed");
      await talk(
        requestText({
          method: "POST",
          target: "/provision/manage/content/m/typed",
          headers: [
            acme.tokenHeader,
            "Content-Type: a/b",
            "Content-Type: c/d",
            "Connection: close",
          ],
          body: "x",
        }),
      );
      const info = await acme.ask({ method: "GET", target: "/provision/manage/content/m/typed" });
      assert.match(info.body, /^a\/b,1,/);
    });

    it("closes after a request of HTTP/1.0, which needs no Host", async () => {
      const received = await talk("GET /timestamp HTTP/1.0\r\n\r\n");
      assert.match(received, /^HTTP\/1.1 200 OK\r\n.*\r\nConnection: Close\r\n/s);
    });

    it("answers a client that shuts its side down behind its request", async () => {
      const client = await RawClient.open(rig.service.port);
      client.socket.end(timestamp);
      assert.match(await client.untilClosed(), /\r\n\r\n1400000000$/);
    });

    it("takes a chunked body, and says when to go on with a large one", async () => {
      const client = await RawClient.open(rig.service.port);
      client.send(
        "POST /provision/activate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
          "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
      );
      const goOn = "HTTP/1.1 100 Continue\r\n\r\n";
      assert.equal(await client.until((received) => received.length >= goOn.length), goOn);
      client.send("c\r\nvendor=acme&\r\nc\r\nmodel=m&sn=1\r\n0\r\n\r\n");
      assert.equal(await client.untilClosed(), goOn + refusal("409 Conflict"));
    });

    it("leaves in one segment, head and body", async () => {
      const client = await RawClient.open(rig.service.port);
      for (let round = 0; round < 50; round++) {
        const segment = new Promise<Buffer>((resolve) => client.socket.once("data", resolve));
        client.send(round % 2 === 0 ? timestamp : download(""));
        assert.match((await segment).toString(), /\r\n\r\n(1400000000|(fw-1|typed)\r\n)/);
      }
      client.socket.destroy();
    });
  });

  describe("with several requests at once", () => {
    it("answers them in order", async () => {
      const requests: string[] = [];
      const expected: string[] = [];
      for (let at = 0; at < 60; at++) {
        const first = at % 10;
        requests.push(
          `GET /provision/download?vendor=acme&model=m&id=fw-1 HTTP/1.1\r\nHost: x\r\n` +
            `X-Exosite-CIK: ${cik}\r\nRange: bytes=${first}-${first}\r\n\r\n`,
        );
        expected.push(String(first));
      }
      const received = await talk(requests.join("") + lastTimestamp);
      const bodies = splitReplies(received).map(({ body }) => body);
      assert.deepEqual(bodies, [...expected, "1400000000"]);
    });

    it("works on each when the one before is done", async () => {
      const headers = [acme.tokenHeader];
      const target = "/provision/manage/content/m/piped";
      const received = await talk(
        [
          { method: "POST", target: "/provision/manage/content/m/", headers, body: "id=piped" },
          { method: "POST", target, headers, body: "abc" },
          { method: "GET", target: `${target}?download=true`, headers },
          { method: "DELETE", target, headers },
          { method: "GET", target, headers: [...headers, "Connection: close"] },
        ]
          .map(requestText)
          .join(""),
      );
      const replies = splitReplies(received);
      assert.deepEqual(
        replies.map(({ status }) => status),
        [205, 205, 200, 205, 404],
      );
      assert.equal(replies[2]?.body, "abc");
    });

    it("answers thousands", async () => {
      const count = 5000;
      const client = await RawClient.open(rig.service.port);
      for (let at = 0; at < count; at++) client.send(timestamp);
      client.send(lastTimestamp);
      await client.untilClosed();
      assert.equal(splitReplies(client.received).length, count + 1);
    });

    it("works on nothing behind a request that asks to close", async () => {
      const received = await talk(lastTimestamp + timestamp);
      assert.equal(splitReplies(received).length, 1);
    });
  });

  describe("with garbage", () => {
    const cases: readonly (readonly [title: string, text: string, statusLine: string])[] = [
      ["no HTTP at all", "\x16\x03\x01\x02\x00 hello\r\n\r\n", "400 Bad Request"],
      ["no Host", "GET /timestamp HTTP/1.1\r\nConnection: close\r\n\r\n", "400 Bad Request"],
      [
        "two Host fields",
        "GET /timestamp HTTP/1.1\r\nHost: x\r\nhost: x\r\nConnection: close\r\n\r\n",
        "400 Bad Request",
      ],
      [
        "two Host fields of HTTP/1.0",
        "GET /timestamp HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n",
        "400 Bad Request",
      ],
      ["a raw 0xFF in the target", "GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"],
      [
        "two lengths",
        "POST /provision/activate HTTP/1.1\r\nHost: x\r\n" +
          "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "400 Bad Request",
      ],
      [
        "both a length and chunks",
        "POST /provision/activate HTTP/1.1\r\nHost: x\r\n" +
          "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400 Bad Request",
      ],
      [
        "a chunk that is none",
        "POST /provision/activate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "400 Bad Request",
      ],
      [
        "an endless head",
        `GET /timestamp HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(9000)}`,
        "431 Request Header Fields Too Large",
      ],
      [
        "a body too large for an activation",
        `POST /provision/activate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
          `Content-Length: 100000\r\n\r\n${"x".repeat(100_000)}`,
        "413 Payload Too Large",
      ],
    ];
    for (const [title, text, statusLine] of cases) {
      it(`refuses ${title} and closes`, async () => {
        assert.equal(await talk(text), refusal(statusLine));
      });
    }

    it("answers what came before it first, in order", async () => {
      const received = await talk(`${timestamp}${download("")}GARBAGE\r\n\r\n`);
      const statuses = splitReplies(received).map(({ status }) => status);
      assert.deepEqual(statuses, [200, 200, 400]);
      assert.ok(received.endsWith(refusal("400 Bad Request")));
    });

    it("reads a refused body to its end before it closes, so that the reply arrives", async () => {
      const client = await RawClient.open(rig.service.port);
      client.send(
        "POST /provision/manage/content/m/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
          "Content-Length: 1000000\r\n\r\n",
      );
      for (let sent = 0; sent < 1_000_000; sent += 50_000) {
        client.send("x".repeat(50_000));
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(await client.untilClosed(), refusal("401 Unauthorized"));
    });

    it("keeps line ends out of names and heads", async () => {
      const reply = await acme.post(
        "/provision/manage/content/m/",
        "id=a%0d%0aX-Injected:%20yes&meta=m",
      );
      assert.equal(reply.status, 400);
      const target = "/provision/manage/content/m/a%0d%0aX-Injected:%20yes";
      assert.equal((await acme.ask({ method: "GET", target })).status, 400);
    });
  });
});

describe("the limits of a connection", () => {
  let rig: Rig;

  before(async () => {
    rig = await startRig({
      options: {
        maxRequestsPerConnection: 3,
        limits: {
          headTimeMs: 150,
          bodyTimeMs: 150,
          timeCheckIntervalMs: 20,
          stallTimeMs: 400,
          connectionsMax: 3,
        },
      },
    });
  });

  after(() => stopRig(rig));

  it("times out a slow head", async () => {
    const client = await RawClient.open(rig.service.port);
    client.send("GET /timestamp HT");
    assert.equal(await client.untilClosed(), refusal("408 Request Timeout"));
  });

  it("times out a slow body", async () => {
    const client = await RawClient.open(rig.service.port);
    client.send("POST /provision/activate HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab");
    assert.equal(await client.untilClosed(), refusal("408 Request Timeout"));
  });

  it("times out a slow body of a request that asks to close, too", async () => {
    const client = await RawClient.open(rig.service.port);
    client.send(
      "POST /provision/activate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
        "Content-Length: 10\r\n\r\nab",
    );
    assert.equal(await client.untilClosed(), refusal("408 Request Timeout"));
  });

  it("refuses a body that ends before its length", async () => {
    const client = await RawClient.open(rig.service.port);
    client.socket.end(
      "POST /provision/activate HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
    );
    assert.equal(await client.untilClosed(), refusal("400 Bad Request"));
  });

  it("ends an upload on which nothing moves", async () => {
    const acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    await acme.createContent("m", "fw-1");
    const client = await RawClient.open(rig.service.port);
    client.send(
      `POST /provision/manage/content/m/fw-1 HTTP/1.1\r\nHost: x\r\n${acme.tokenHeader}\r\n` +
        "Content-Length: 10\r\n\r\nab",
    );
    assert.equal(await client.untilClosed(), "");
    await acme.upload("m", "fw-1", "whole");
  });

  it("answers so many requests and no more, the last one with Close", async () => {
    const client = await RawClient.open(rig.service.port);
    client.send(timestamp.repeat(5));
    const replies = splitReplies(await client.untilClosed());
    const connections = replies.map(({ head }) => /^Connection: (.*)\r$/m.exec(head)?.[1]);
    assert.deepEqual(connections, ["Keep-Alive", "Keep-Alive", "Close"]);
  });

  it("answers 503 to one connection too many, and serves the others", async () => {
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(rig.service.port)));
    const tooMany = await RawClient.open(rig.service.port);
    assert.equal(await tooMany.untilClosed(), refusal("503 Service Unavailable"));
    for (const client of clients) {
      client.send(timestamp);
      assert.equal((await client.replies(1)).length, 1);
      client.socket.destroy();
    }
  });
});
