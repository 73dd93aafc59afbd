// The link changes nothing but time: bytes, ends and resets arrive as they were sent, later and
// slower if it was told so; and it counts what it says it counts. Against a real server.

import assert from "node:assert/strict";
import fc from "fast-check";
import { connect } from "node:net";
import { Link, type LinkOptions } from "../../../hosts/node/link.js";
import { LoopbackPeer, LoopbackServer, passMs, until } from "./loopback-server.js";
import { pattern } from "./tcp-rig.js";

/** A device, a link and a server; with the server's side of the connection. */
interface Line {
  readonly device: LoopbackPeer;
  readonly server: LoopbackPeer;
}

let server: LoopbackServer;
let link: Link | undefined;

async function openLink(options: Partial<LinkOptions> = {}): Promise<Link> {
  link = await Link.open({ serverHost: server.address, serverPort: server.port, ...options });
  return link;
}

function connectTo({ port }: Link): LoopbackPeer {
  return new LoopbackPeer(connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true }));
}

async function openLine(options: Partial<LinkOptions> = {}): Promise<Line> {
  const opened = link ?? (await openLink(options));
  const before = server.peers.length;
  const device = connectTo(opened);
  await until(() => server.peers.length > before);
  const [peer] = server.peers.slice(before);
  assert.ok(peer);
  return { device, server: peer };
}

/** The milliseconds from now until `done`. */
async function durationMs(done: () => boolean): Promise<number> {
  const startMs = performance.now();
  await until(done);
  return performance.now() - startMs;
}

describe("a link", () => {
  beforeEach(async () => {
    server = await LoopbackServer.open();
    link = undefined;
  });

  afterEach(async () => {
    await link?.close();
    await server.close();
  });

  describe("with a receive window", () => {
    const windowBytes = 5744;

    it("carries one window each round trip", async () => {
      const line = await openLine({ latencyMs: 20, windowBytes });
      const sentBytes = 10 * windowBytes;
      const tookMs = durationMs(() => line.device.received().length === sentBytes);
      line.server.send(pattern(sentBytes));
      const ms = await tookMs;
      // Nine round trips of 40 ms, and one way.
      assert.ok(ms > 350 && ms < 600, `${ms} ms`);
    });

    it("sends no more than it while the device does not read, and goes on when it does", async () => {
      let readBytes = 0;
      const line = await openLine({ latencyMs: 1, windowBytes, bytesRead: () => readBytes });
      const sent = pattern(40_000);
      line.server.send(sent);
      await passMs(60);
      const arrived = line.device.received().length;
      assert.ok(arrived <= windowBytes && arrived > windowBytes - 718, `${arrived} bytes`);
      readBytes = 3000;
      await until(() => line.device.received().length > arrived);
      await passMs(30);
      assert.ok(line.device.received().length <= 3000 + windowBytes);
      readBytes = sent.length;
      await until(() => line.device.received().length === sent.length);
      assert.ok(line.device.received().equals(sent));
    });

    it("begins with the whole window on each connection", async () => {
      const readBytes = 1_000_000;
      const line = await openLine({ windowBytes, bytesRead: () => readBytes });
      line.server.send(pattern(10_000));
      await passMs(40);
      const arrived = line.device.received().length;
      assert.ok(arrived <= windowBytes && arrived > windowBytes - 718, `${arrived} bytes`);
    });
  });

  it("sends a lost segment again, later, and what comes behind it waits", async () => {
    const draws = [0.9, 0, 0, 0, 0.9, 0];
    const random = (): number => draws.shift() ?? 0.9;
    const line = await openLine({ lossEvery: 2, random });
    const tookMs = durationMs(() => line.device.received().length === 3 * 1436);
    line.server.send(pattern(3 * 1436));
    assert.ok((await tookMs) >= 190);
    assert.ok(line.device.received().equals(pattern(3 * 1436)));
  });

  it("keeps the order of what jitter delays", async () => {
    const line = await openLine({ jitterMs: 15 });
    const sent = pattern(60_000);
    line.server.send(sent);
    line.server.end();
    await until(() => line.device.hasEnded);
    assert.ok(line.device.received().equals(sent));
  });

  it("notes when the first range was asked for, and when its last byte arrived", async () => {
    const line = await openLine({ latencyMs: 20 });
    const opened = link;
    assert.ok(opened);
    line.device.send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await passMs(5);
    assert.equal(opened.firstRangeMs, undefined);
    line.device.send(Buffer.from("GET / HTTP/1.1\r\nRange: bytes=0-9\r\n\r\n"));
    await until(() => line.server.received().length > 40);
    line.server.send(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    line.server.send(Buffer.from("HTTP/1.1 206 Partial\r\nContent-Length: 10\r\n\r\n0123456789"));
    await until(() => opened.lastRangeByteMs !== undefined);
    const ms = Number(opened.lastRangeByteMs) - Number(opened.firstRangeMs);
    assert.ok(ms >= 38, `${ms} ms`);
  });

  describe("passes on", () => {
    it("bytes exactly, both ways at once, in whatever pieces they are sent", async () => {
      const pieces = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(pieces, pieces, async (up, down) => {
          const line = await openLine();
          const sent = { up: sendPieces(line.device, up), down: sendPieces(line.server, down) };
          line.device.end();
          line.server.end();
          await until(() => line.device.hasEnded && line.server.hasEnded);
          assert.ok(line.server.received().equals(sent.up));
          assert.ok(line.device.received().equals(sent.down));
        }),
        { numRuns: 15 },
      );
    });

    it("bytes exactly when it is slow and the device stops reading for a while", async () => {
      const line = await openLine({ latencyMs: 2, bandwidthBytes: 4_000_000 });
      const sent = pattern(300_000);
      line.device.socket.pause();
      line.server.send(sent);
      line.server.end();
      await passMs(20);
      assert.equal(line.device.received().length, 0);
      line.device.socket.resume();
      await until(() => line.device.hasEnded);
      assert.ok(line.device.received().equals(sent));
    });

    it("no more than the receiver takes: the sender is stopped", async () => {
      const line = await openLine();
      const sentBytes = 32 << 20;
      line.device.socket.pause();
      line.server.send(Buffer.alloc(sentBytes));
      await passMs(200);
      const leftBytes = line.server.socket.writableLength;
      assert.ok(leftBytes > 0, `${leftBytes} bytes are left`);
    });

    for (const ending of ["device", "server"] as const) {
      const other = ending === "device" ? "server" : "device";
      it(`the ${ending}'s end, and what the ${other} still sends after it`, async () => {
        const line = await openLine({ latencyMs: 3 });
        line[ending].send(pattern(100));
        line[ending].end();
        await until(() => line[other].hasEnded);
        assert.deepEqual(line[other].received(), pattern(100));
        await passMs(10);
        line[other].send(pattern(5000));
        line[other].end();
        await until(() => line[ending].hasEnded);
        assert.deepEqual(line[ending].received(), pattern(5000));
        assert.ok(!line.device.hasBroken && !line.server.hasBroken);
      });
    }

    for (const breaking of ["device", "server"] as const) {
      const other = breaking === "device" ? "server" : "device";
      it(`the ${breaking}'s reset, after the bytes before it`, async () => {
        const line = await openLine({ latencyMs: 15 });
        line[breaking].send(pattern(100));
        await passMs(5);
        line[breaking].reset();
        await until(() => line[other].hasBroken);
        assert.deepEqual(line[other].received(), pattern(100));
      });
    }

    it("a dead server as a reset, and serves again when the server does", async () => {
      const { port } = server;
      await server.close();
      const opened = await openLink();
      const refused = connectTo(opened);
      await until(() => refused.hasBroken);
      server = await LoopbackServer.open(port);
      const line = await openLine();
      line.server.send(pattern(10));
      await until(() => line.device.received().length === 10);
      assert.equal(opened.connections, 2);
    });
  });

  describe("takes time:", () => {
    it("its latency, each way", async () => {
      const latencyMs = 20;
      const line = await openLine({ latencyMs });
      line.server.socket.once("data", () => {
        line.server.send(pattern(10));
      });
      line.device.send(pattern(10));
      const roundTripMs = await durationMs(() => line.device.received().length === 10);
      assert.ok(roundTripMs >= 2 * latencyMs - 1, `${roundTripMs} ms`);
      assert.ok(roundTripMs < 2 * latencyMs + 60, `${roundTripMs} ms`);
    });

    it("its bandwidth, evenly, and the latency only once", async () => {
      const bandwidthBytes = 200_000;
      const latencyMs = 20;
      const line = await openLine({ bandwidthBytes, latencyMs });
      const sent = pattern(40_000);
      const expectedMs = (sent.length / bandwidthBytes) * 1000 + latencyMs;
      const startMs = performance.now();
      const lead: number[] = [];
      line.device.socket.on("data", () => {
        const carriedMs = performance.now() - startMs - latencyMs;
        lead.push(line.device.received().length - (carriedMs / 1000) * bandwidthBytes);
      });
      line.server.send(sent);
      const tookMs = await durationMs(() => line.device.received().length === sent.length);
      assert.ok(tookMs >= expectedMs - 1, `${tookMs} ms`);
      assert.ok(tookMs < expectedMs + 80, `${tookMs} ms`);
      // At no time was more there than the line can have carried; and it came as a stream.
      assert.ok(Math.max(...lead) < 1500, `${Math.max(...lead)} bytes early`);
      assert.ok(lead.length >= 8, `${lead.length} pieces`);
      assert.deepEqual(line.device.received(), sent);
    });

    it("its bandwidth each way at once", async () => {
      const bandwidthBytes = 200_000;
      const line = await openLine({ bandwidthBytes });
      const sent = pattern(20_000);
      line.server.send(sent);
      line.device.send(sent);
      const tookMs = await durationMs(
        () =>
          line.device.received().length === sent.length &&
          line.server.received().length === sent.length,
      );
      assert.ok(tookMs >= 99 && tookMs < 180, `${tookMs} ms`);
    });
  });

  describe("counts", () => {
    it("connections", async () => {
      const opened = await openLink();
      assert.equal(opened.connections, 0);
      await openLine();
      await openLine();
      assert.equal(opened.connections, 2);
    });

    it("the body bytes of partial contents, in whatever pieces they come, and no others", async () => {
      const answers = Buffer.concat([
        answer(200, 500),
        answer(206, 4096),
        answer(206, 4096),
        answer(404, 30),
        answer(206, 1),
        chunkedAnswer(206, [700, 300]),
        answer(200, 4096),
      ]);
      const counted = 4096 + 4096 + 1 + 1000;
      const cuts = fc.array(fc.nat(answers.length), { maxLength: 10 });
      let sum = 0;
      await fc.assert(
        fc.asyncProperty(cuts, async (at) => {
          const line = await openLine();
          const bounds = [0, ...at.sort((one, other) => one - other), answers.length];
          for (let index = 1; index < bounds.length; index += 1) {
            line.server.send(answers.subarray(bounds[index - 1], bounds[index]));
            await passMs(0);
          }
          await until(() => line.device.received().length === answers.length);
          sum += counted;
          assert.equal(link?.rangeBytesSent, sum);
        }),
        { numRuns: 8 },
      );
    });

    it("what was sent of a body that is broken off, whether or not it arrived", async () => {
      const line = await openLine({ latencyMs: 30 });
      const whole = answer(206, 4096);
      line.server.send(whole.subarray(0, whole.length - 1096));
      await until(() => link?.rangeBytesSent === 3000);
      line.device.reset();
      await until(() => line.server.hasBroken);
      assert.equal(line.device.received().length, 0);
    });

    it("nothing of what is not HTTP, and passes it on", async () => {
      const line = await openLine();
      const garbage = Buffer.concat([pattern(3000), answer(206, 100)]);
      line.server.send(garbage);
      await until(() => line.device.received().length === garbage.length);
      assert.deepEqual(line.device.received(), garbage);
      assert.equal(link?.rangeBytesSent, 0);
    });
  });

  it("closed, leaves nothing open, whatever was on its way", async () => {
    const opened = await openLink({ latencyMs: 10_000, bandwidthBytes: 1000 });
    const before = openHandles();
    const line = await openLine();
    line.device.send(pattern(100));
    line.server.send(pattern(100_000));
    line.server.end();
    await passMs(10);
    assert.ok(openHandles() > before, "the line is open");
    await opened.close();
    link = undefined;
    await until(() => line.device.closed() && line.server.closed());
    line.device.socket.destroy();
    line.server.socket.destroy();
    await until(() => openHandles() < before);
    const late = connectTo(opened);
    await until(() => late.hasBroken);
  });
});

/** Sockets, listeners and timers of this process. */
function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /^TCP|^Timeout/.test(name)).length;
}

function sendPieces(from: LoopbackPeer, lengths: readonly number[]): Buffer {
  const pieces = lengths.map((length, index) => pattern(length).map((byte) => byte ^ index));
  for (const piece of pieces) from.send(piece);
  return Buffer.concat(pieces);
}

function answer(status: number, bodyBytes: number): Buffer {
  const head = `HTTP/1.1 ${status} Answer\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), pattern(bodyBytes)]);
}

function chunkedAnswer(status: number, chunkBytes: readonly number[]): Buffer {
  const head = `HTTP/1.1 ${status} Answer\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const chunks = chunkBytes.flatMap((length) => [
    Buffer.from(`${length.toString(16)}\r\n`),
    pattern(length),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([Buffer.from(head), ...chunks, Buffer.from("0\r\n\r\n")]);
}
