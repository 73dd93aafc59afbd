// What stands between a device and its service: proxies that compress, servers that close without
// a word or lose what is pipelined, answers that only look like the service's. Nothing of it uses up
// a release's chances, none of it ends as "up to date", and the status says what it was.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { AgentOptions } from "../../src/agent/options.js";
import { silenceTimeoutMs } from "../../src/agent/limits.js";
import { ascii, failure, type Bend, type VirtualAnswer } from "../support/virtual-service.js";
import { makeImage, World } from "../support/world.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

type What = "activation" | "list" | "info" | "range";

/** Bends the answers of one kind, until a time. */
function bending(
  world: World,
  what: What,
  bend: (answer: VirtualAnswer) => ReturnType<Bend>,
  untilMs = Infinity,
): void {
  world.service.bend = (request, answer) => {
    const kind = request.path.endsWith("activate")
      ? "activation"
      : request.query.has("info")
        ? "info"
        : request.query.has("id")
          ? "range"
          : "list";
    return kind === what && world.time.nowMs < untilMs ? bend(answer) : answer;
  };
}

function withField(answer: VirtualAnswer, name: string, value: string): VirtualAnswer {
  const fields = answer.fields.filter(([other]) => other !== name);
  return { ...answer, fields: [...fields, [name, value]] };
}

function gzipped(answer: VirtualAnswer): VirtualAnswer {
  return {
    ...withField(answer, "Content-Encoding", "gzip"),
    body: Uint8Array.from(gzipSync(answer.body)),
  };
}

function pass(world: World, forMs: number): void {
  world.time.runUntil(() => false, world.time.nowMs + forMs);
}

describe("an answer that cannot be the service's", () => {
  const answers: readonly [
    name: string,
    what: What,
    bend: (answer: VirtualAnswer) => VirtualAnswer,
    reason: RegExp,
  ][] = [
    ["a compressed list", "list", gzipped, /compressed \(Content-Encoding: gzip\)/],
    ["a compressed info", "info", gzipped, /compressed/],
    ["compressed ranges", "range", gzipped, /lamp-1\.1\.0: .*compressed/],
    [
      "a list compressed without a word",
      "list",
      (answer) => ({ ...answer, body: Uint8Array.from(gzipSync(answer.body)) }),
      /no row of the list can be read/,
    ],
    [
      "an info compressed without a word",
      "info",
      (answer) => ({ ...answer, body: Uint8Array.from(gzipSync(answer.body)) }),
      /lamp-1\.1\.0: its info is malformed/,
    ],
    [
      "a list of rows that are all too long",
      "list",
      (answer) => ({ ...answer, body: ascii(`${"x".repeat(600)}\r\n`.repeat(3)) }),
      /no row of the list can be read/,
    ],
    [
      "a web page that is said to be rows",
      "list",
      (answer) => ({ ...answer, body: ascii("<html>\r\n<p>Log in</p>\r\n</html>\r\n") }),
      /no row of the list can be read/,
    ],
    [
      "a redirect of the list",
      "list",
      (answer) => withField({ ...answer, status: 302 }, "Location", "https://elsewhere.example/"),
      /302, a redirect to https:\/\/elsewhere\.example\//,
    ],
    [
      "a redirect of the ranges",
      "range",
      (answer) => withField({ ...answer, status: 307 }, "Location", "/cdn/blob"),
      /307, a redirect to \/cdn\/blob/,
    ],
    [
      "a range in parts",
      "range",
      (answer) => ({
        ...answer,
        fields: [["Content-Type", "multipart/byteranges; boundary=x"]],
      }),
      /multipart/,
    ],
    [
      "a range of a content of unknown length",
      "range",
      (answer) => {
        const range = answer.fields.find(([name]) => name === "Content-Range")?.[1] ?? "";
        return withField(answer, "Content-Range", range.replace(/\/.*/, "/*"));
      },
      /does not say how long/,
    ],
    [
      "a range without a Content-Range",
      "range",
      (answer) => ({ ...answer, fields: [] }),
      /does not say which range/,
    ],
    ["a range that the content has not", "range", () => failure(416, "No"), /416/],
  ];
  for (const [name, what, bend, reason] of answers) {
    it(`${name}: says so, is never up to date, and does no harm once it is over`, () => {
      const world = new World();
      world.publish("1.1.0");
      bending(world, what, bend, 3 * hourMs);
      world.chip.powerOn();
      pass(world, 2 * hourMs);
      assert.equal(world.statuses.filter(({ state }) => state === "idle").length, 0);
      const told = world.statuses.filter(({ state }) => state === "backing-off").at(-1);
      assert.match(told?.reason ?? "", reason);
      assert.ok(world.requests < 400, `${world.requests} requests in two hours`);
      world.liveUntilUpdatedTo("1.1.0", dayMs);
      assert.ok(!world.log.some((line) => line.includes("rejected")));
    });
  }

  it("a list of which some rows are bad and none is newer: says how many", () => {
    const world = new World();
    bending(world, "list", (answer) => ({
      ...answer,
      body: ascii(`lamp-1.0.0\r\n${"x".repeat(600)}\r\n"a"b\r\n`),
    }));
    world.chip.powerOn();
    world.liveUntilState("idle");
    assert.equal(world.status.reason, "2 rows of the list cannot be read");
  });

  it("a list and an info behind a byte order mark: are read", () => {
    const world = new World();
    world.publish("1.1.0");
    world.service.bend = (_request, answer) =>
      answer.fields.some(([, value]) => value.startsWith("text/csv"))
        ? { ...answer, body: Uint8Array.from([0xef, 0xbb, 0xbf, ...answer.body]) }
        : answer;
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0", hourMs);
  });

  it("a head of wrong bytes in an answer that ends early: is no verdict", () => {
    const world = new World();
    world.publish("1.1.0");
    bending(
      world,
      "range",
      (answer) => (socket) => {
        const range = answer.fields.find(([name]) => name === "Content-Range")?.[1] ?? "";
        const head = `HTTP/1.1 206 Partial Content\r\nContent-Range: ${range}\r\n\r\n`;
        socket.send(ascii(head + "x".repeat(3000)));
        socket.end();
      },
      3 * hourMs,
    );
    world.chip.powerOn();
    pass(world, 3 * hourMs);
    world.liveUntilUpdatedTo("1.1.0", dayMs);
  });

  it("a wait until a date: is the difference to the date of the answer", () => {
    const world = new World();
    bending(
      world,
      "list",
      () =>
        withField(
          withField(failure(503, "Busy"), "Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
          "Retry-After",
          "Sun, 06 Nov 1994 08:54:37 GMT",
        ),
      minuteMs,
    );
    world.chip.powerOn();
    world.liveUntilState("backing-off");
    const { nowMs } = world.time;
    world.liveUntilState("idle");
    assert.ok(world.time.nowMs - nowMs >= 5 * minuteMs, `${world.time.nowMs - nowMs} ms`);
  });
});

describe("a server that closes after each answer without a word", () => {
  for (const delayMs of [0, 1, 4, 5, 8, 9, 10, 11, 15, 20, 30, 35, 60, 200]) {
    it(`${delayMs} ms later: the device is updated all the same`, () => {
      const world = new World();
      const image = world.publish("1.1.0");
      world.service.bend = (_request, answer) => (socket) => {
        socket.send(formatted(answer));
        world.time.schedule(() => {
          socket.end();
        }, delayMs);
      };
      world.chip.powerOn();
      world.liveUntilUpdatedTo("1.1.0", hourMs);
      assert.equal(world.service.activations, 1);
      assert.ok(world.fetchedBytes - image.length < 5 * 4096, `${world.fetchedBytes} fetched`);
    });
  }
});

function formatted({ status, fields, body }: VirtualAnswer): Uint8Array {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `HTTP/1.1 ${status} Answer\r\nContent-Length: ${body.length}\r\n${lines}\r\n`;
  return Uint8Array.from([...ascii(head), ...body]);
}

describe("a server that cannot take pipelined requests", () => {
  /** Ms from the first list to the restart. */
  function updateMs(agent: AgentOptions, bend: (world: World) => Bend): number {
    const world = new World({ agent });
    world.publish("1.1.0", makeImage({ version: "1.1.0", bytes: 120_000 }));
    world.service.bend = bend(world);
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0", dayMs);
    return world.time.nowMs;
  }

  /** What becomes of an answer while another request waits. */
  const faults: Readonly<Record<string, (world: World) => ReturnType<Bend>>> = {
    "never answers them": () => undefined,
    "resets the connection": () => (socket) => {
      socket.reset();
    },
    "answers 503 to them": () => failure(503, "Busy"),
    "answers another range": () => ({
      status: 206,
      fields: [["Content-Range", "bytes 0-255/120000"]],
      body: new Uint8Array(256),
    }),
    "answers no HTTP": () => (socket) => {
      socket.send(ascii("no HTTP\r\n\r\n"));
    },
  };
  for (const [name, fault] of Object.entries(faults)) {
    it(`and ${name}: costs no more than two time-outs, and is asked one at a time`, () => {
      const honest = updateMs({ pipelineDepth: 1 }, () => (_request, answer) => answer);
      const spoilt = updateMs({}, (world) => (_request, answer) => {
        const isPipelined = world.service.inFlightMax > 1;
        world.service.inFlightMax = 0;
        return isPipelined ? fault(world) : answer;
      });
      assert.ok(spoilt < 1.2 * honest + 2 * silenceTimeoutMs, `${spoilt} ms, not ${honest}`);
    });
  }
});

describe("a bad newest release", () => {
  const image = makeImage({ version: "3.0.0" });
  const bads: readonly [
    name: string,
    make: (world: World) => void,
    /** Of the range of 3.0.0. */
    bend?: (answer: VirtualAnswer) => ReturnType<Bend>,
  ][] = [
    ["is no image", (world) => world.publish("3.0.0", ascii("# A file\n".repeat(500)))],
    ["is of another version", (world) => world.publish("3.0.0", makeImage({ version: "1.1.0" }))],
    [
      "is of another project",
      (world) => world.publish("3.0.0", makeImage({ version: "3.0.0", project: "fan-sim" })),
    ],
    [
      "is for another chip",
      (world) => world.publish("3.0.0", makeImage({ version: "3.0.0", chipId: 5 })),
    ],
    ["is truncated", (world) => world.publish("3.0.0", image.slice(0, -100), "version=3.0.0")],
    ["is empty", (world) => world.publish("3.0.0", new Uint8Array(0))],
    ["is larger than the slot", (world) => world.publish("3.0.0", new Uint8Array(0x20001))],
    ["has another digest", (world) => world.publish("3.0.0", image, `sha256=${"0".repeat(64)}`)],
    ["has a malformed info", (world) => world.publish("3.0.0", image, "a,b,c")],
    ["may not be had", (world) => world.publish("3.0.0", image), () => failure(403, "No")],
    [
      "cannot be read by the server",
      (world) => world.publish("3.0.0", image),
      () => failure(500, "No"),
    ],
    [
      "is longer than its info says",
      (world) => world.publish("3.0.0", image),
      (answer) => withField(answer, "Content-Range", "bytes 0-4095/50000"),
    ],
    [
      "is gone when it is fetched",
      (world) => world.publish("3.0.0", image),
      () => failure(404, "No"),
    ],
  ];
  for (const [name, make, bend] of bads) {
    it(`${name}: the good one below it is taken in the same visit`, () => {
      const world = new World();
      make(world);
      world.publish("1.5.0");
      world.service.bend = (request, answer) => {
        const isRange = request.query.get("id") === "lamp-3.0.0" && !request.query.has("info");
        return bend !== undefined && isRange ? bend(answer) : answer;
      };
      world.chip.powerOn();
      world.liveUntil(() => world.chip.boots === 2, 2 * minuteMs);
      const pauses = world.statuses.filter(
        ({ state }) => state === "backing-off" || state === "idle",
      );
      assert.deepEqual(pauses, []);
      world.liveUntil(() => world.confirmedVersion === "1.5.0", minuteMs);
    });
  }

  it("is still a release: what was wrong with it is over, and it is taken", () => {
    const world = new World();
    world.publish("3.0.0", image);
    world.publish("1.5.0");
    let lies = 1;
    world.service.bend = (request, answer) => {
      if (request.query.get("id") !== "lamp-3.0.0" || request.query.has("info")) return answer;
      if (lies === 0) return answer;
      lies -= 1;
      return { ...answer, body: answer.body.map((byte) => byte ^ 1) };
    };
    world.chip.powerOn();
    world.liveUntilUpdatedTo("3.0.0", hourMs);
  });

  it("of many: the good one below eleven of them is found", () => {
    const world = new World();
    for (let minor = 1; minor <= 11; minor += 1) {
      world.publish(`2.${minor}.0`, ascii("# A file\n".repeat(500)));
    }
    world.publish("1.5.0");
    world.chip.powerOn();
    world.liveUntil(() => world.confirmedVersion === "1.5.0", 2 * minuteMs);
  });
});
