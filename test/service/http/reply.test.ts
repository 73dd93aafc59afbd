import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type RefusalCode, refusals } from "../../../src/service/errors.js";
import {
  csvReply,
  rawRefusal,
  refusalReply,
  type Reply,
  send,
} from "../../../src/service/http/reply.js";
import { RawClient, startDate } from "../harness.js";

const chunkBytes = 65_536;

describe("a reply", () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** Answers the first request with `reply`; resolves to a client and what `send` did. */
  async function serve(reply: Reply): Promise<{ client: RawClient; sent: Promise<number> }> {
    server = createServer();
    const listening = server;
    const sent = new Promise<number>((resolve, reject) => {
      listening.once("request", (_, response) => {
        send(response, reply, { date: startDate, isLast: false }).then(resolve, reject);
      });
    });
    await once(listening.listen(0, "127.0.0.1"), "listening");
    const client = await RawClient.open((listening.address() as AddressInfo).port);
    return { client, sent };
  }

  function stream(total: number, pulled: { bytes: number }, failAt = Infinity): Reply {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (; pulled.bytes < total; pulled.bytes += chunkBytes) {
        if (pulled.bytes >= failAt) throw new Error("the disk is gone");
        yield await Promise.resolve(new Uint8Array(chunkBytes));
      }
    }
    return { status: 200, body: { byteLength: total, chunks: chunks() } };
  }

  const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  it("takes no more of a stream than the reader takes", async () => {
    const pulled = { bytes: 0 };
    const { client, sent } = await serve(stream(1024 * 1024 * 1024, pulled));
    client.socket.pause();
    client.send(request);
    let before: number;
    do {
      before = pulled.bytes;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (pulled.bytes > before);
    assert.ok(pulled.bytes > 0);
    // What the kernel's buffers hold, and one chunk.
    assert.ok(pulled.bytes < 64 * 1024 * 1024, `took ${pulled.bytes} bytes`);
    client.socket.destroy();
    const count = await sent;
    assert.ok(count > 0 && count <= pulled.bytes + chunkBytes);
  });

  it("lets others have their turn between two parts of a stream, however fast its reader", async () => {
    let turns = 0;
    let ticking = setImmediate(function tick() {
      turns++;
      ticking = setImmediate(tick);
    });
    const turnsAt: number[] = [];
    const count = 20;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let part = 0; part < count; part++) {
        turnsAt.push(turns);
        yield await Promise.resolve(new Uint8Array(chunkBytes));
      }
    }
    const body = { byteLength: count * chunkBytes, chunks: chunks() };
    const { client, sent } = await serve({ status: 200, body });
    client.send(request);
    assert.equal(await sent, count * chunkBytes);
    clearImmediate(ticking);
    turnsAt.forEach((at, part) => assert.ok(part === 0 || at > (turnsAt[part - 1] ?? 0)));
  });

  it("ends the connection when a stream fails: the head has promised more", async () => {
    const { client, sent } = await serve(stream(10 * chunkBytes, { bytes: 0 }, 2 * chunkBytes));
    client.send(request);
    await assert.rejects(sent, /the disk is gone/);
    const received = await client.untilClosed();
    assert.ok(received.length < 10 * chunkBytes);
  });

  it("counts the body bytes that went out", async () => {
    const { client, sent } = await serve(csvReply([["a", "b,c"], [""]]));
    client.send(request);
    assert.equal(await sent, 13);
    const [reply] = await client.replies(1);
    assert.equal(reply?.body, 'a,"b,c"\r\n""\r\n');
  });

  it("says every refusal as status line, type and body, raw or not", () => {
    for (const code of Object.keys(refusals) as RefusalCode[]) {
      const { status, body } = refusalReply(code);
      assert.ok(body instanceof Uint8Array);
      const text = Buffer.from(body).toString();
      assert.equal(status, refusals[code][0]);
      assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} [A-Z][A-Za-z ]+\r\n$`));
      const raw = rawRefusal(code, startDate);
      assert.ok(raw.startsWith(text) && raw.endsWith(`\r\n\r\n${text}`));
    }
  });
});
