// A service that misbehaves in one way after another, drawn from a seed: whatever the order, no
// wrong bytes boot, nothing is thrown, requests are bounded, and once it is honest the update is
// made. `HOSTILE_SEED=n` draws others, `HOSTILE_LIVES=n` more of them.

import assert from "node:assert/strict";
import { env } from "node:process";
import { ascii, failure, type Bend, type VirtualAnswer } from "../support/virtual-service.js";
import { makeImage, World } from "../support/world.js";

const hourMs = 3_600_000;
const seed = Number(env["HOSTILE_SEED"] ?? 1);
const lives = Number(env["HOSTILE_LIVES"] ?? 60);

type Random = () => number;

function randomFrom(start: number): Random {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function withField(answer: VirtualAnswer, name: string, value: string): VirtualAnswer {
  const fields = answer.fields.filter(([other]) => other !== name);
  return { ...answer, fields: [...fields, [name, value]] };
}

function bytesOf(answer: VirtualAnswer): Uint8Array {
  const { status, fields, body } = answer;
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const length = `Content-Length: ${String(body.length)}\r\n`;
  const head = ascii(`HTTP/1.1 ${String(status)} Answer\r\n${length}${lines}\r\n`);
  return Uint8Array.from([...head, ...body]);
}

/** The answer as bytes, changed by `change`, and then the connection as `end` leaves it. */
function raw(change: (bytes: Uint8Array) => Uint8Array, end?: "end" | "reset"): Bend {
  return (_request, answer) => (socket) => {
    socket.send(change(bytesOf(answer)));
    if (end !== undefined) socket[end]();
  };
}

/** What can be done to an answer. */
function bendsOf(random: Random): readonly Bend[] {
  const below = (limit: number): number => Math.floor(random() * limit);
  const statuses = [200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 409, 416, 429, 500, 503];
  return [
    () => undefined,
    () => (socket) => socket.reset(),
    () => (socket) => socket.end(),
    (_, answer) => ({ ...answer, status: statuses[below(statuses.length)] ?? 500 }),
    () => failure(statuses[below(statuses.length)] ?? 500, "Answer"),
    (_, answer) => withField({ ...answer, status: 503 }, "Retry-After", String(below(1e9))),
    (_, answer) => ({ ...answer, close: true }),
    (_, answer) => ({ ...answer, body: answer.body.slice(below(answer.body.length + 1)) }),
    (_, answer) => ({ ...answer, body: new Uint8Array(below(9000)).fill(below(256)) }),
    (_, answer) => withField(answer, "Content-Length", String(below(9000))),
    (_, answer) => withField(answer, "Transfer-Encoding", "chunked"),
    (_, answer) => withField(answer, "Content-Type", "text/html"),
    (_, answer) =>
      withField(answer, "Content-Range", `bytes ${below(9)}-${below(9999)}/${below(99999)}`),
    (_, answer) => withField({ ...answer, status: 302 }, "Location", "http://elsewhere/"),
    raw((bytes) => bytes.slice(0, below(bytes.length)), "end"),
    raw((bytes) => bytes.slice(0, below(bytes.length)), "reset"),
    raw((bytes) => bytes.slice(0, below(bytes.length))),
    raw((bytes) => Uint8Array.from([...bytes, ...bytes])),
    raw((bytes) => Uint8Array.from([...bytes, ...ascii("HTTP/1.1 408 Late\r\n\r\n")]), "end"),
    raw((bytes) => bytes.map((byte) => (random() < 0.01 ? below(256) : byte))),
    raw((bytes) =>
      Uint8Array.from([...ascii("HTTP/1.1 102 Wait\r\n\r\n".repeat(below(12))), ...bytes]),
    ),
    raw(() => ascii(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(below(6000))}`)),
    raw(() =>
      ascii(
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1;x=y\r\na\r\n".repeat(below(300))}`,
      ),
    ),
    raw(() => Uint8Array.from({ length: below(3000) }, () => below(256)), "end"),
  ];
}

/** Bytes that may run: those the device came with, and those that were published. */
function livesThrough(lifeSeed: number): void {
  const random = randomFrom(lifeSeed);
  const thrown: unknown[] = [];
  const world = new World({
    onThrown: (error) => thrown.push(error),
    random,
    agent: {
      chunkBytes: 256 << Math.floor(random() * 6),
      pipelineDepth: 1 + Math.floor(random() * 8),
    },
  });
  const image = world.publish("1.1.0", makeImage({ version: "1.1.0", bytes: 20_000 }));
  const bends = bendsOf(random);
  const badness = 0.1 + 0.8 * random();
  let isHonest = false;
  world.service.bend = (request, answer) => {
    world.service.enabled.add("0001");
    if (isHonest || random() > badness) return answer;
    const bend = bends[Math.floor(random() * bends.length)];
    return bend === undefined ? answer : bend(request, answer);
  };
  world.chip.powerOn();
  world.time.runUntil(() => false, 2 * hourMs);
  assert.ok(world.requests < 600, `${world.requests} requests in two hours`);
  assert.ok(world.chip.boots <= 6, `${world.chip.boots} boots`);
  isHonest = true;
  world.liveUntil(() => world.status.state === "idle" || world.status.state === "downloading");
  if (world.confirmedVersion !== "1.1.0") {
    // A lie about its bytes may have cost this release its identity; the next one is as good.
    world.publish("1.2.0", makeImage({ version: "1.2.0", bytes: 20_000 }));
    world.chip.agent?.checkNow();
    world.liveUntil(
      () => world.status.state === "idle" && /^1\.[12]\.0$/.test(world.confirmedVersion ?? ""),
      48 * hourMs,
    );
  } else {
    assert.deepEqual(world.slotContent(1, image.length), image);
  }
  assert.deepEqual(thrown, []);
  assert.equal(world.cik, world.service.ciks.get("0001"));
}

describe("a service that misbehaves in one way after another", () => {
  it(`does no lasting harm, in ${lives} lives`, function () {
    this.timeout(60_000 + lives * 200);
    for (let life = 0; life < lives; life += 1) {
      const lifeSeed = seed * 1_000_003 + life;
      try {
        livesThrough(lifeSeed);
      } catch (error) {
        throw new Error(`life ${String(life)} of HOSTILE_SEED=${String(seed)}`, { cause: error });
      }
    }
  });
});
