// A server that lies, stalls, or is not the service at all. Whatever it does costs at most one
// chunk, wrong bytes are never booted, and the device recovers when the server is honest again.

import assert from "node:assert/strict";
import { ascii, type Bend, failure, type VirtualAnswer } from "../support/virtual-service.js";
import { makeImage, sha256Hex, slotBytes, World } from "../support/world.js";

/** Bends the n-th ranged answer (from 0), and only that one. */
function bendRange(number: number, bend: Bend): Bend {
  let ranges = -1;
  return (request, answer) => {
    if (!request.fields.has("range")) return answer;
    ranges += 1;
    return ranges === number ? bend(request, answer) : answer;
  };
}

function withField(answer: VirtualAnswer, name: string, value: string): VirtualAnswer {
  const fields = answer.fields.filter(([other]) => other !== name);
  return { ...answer, fields: [...fields, [name, value]] };
}

const wholeAnswer: Bend = (_request, answer) => ({ ...answer, status: 200, fields: [] });

const bends: readonly [name: string, bend: Bend][] = [
  ["answers 200 to a range", wholeAnswer],
  [
    "tells another start in Content-Range",
    (_, a) => withField(a, "Content-Range", "bytes 0-4095/40000"),
  ],
  [
    "tells another end in Content-Range",
    (_, a) => withField(a, "Content-Range", "bytes 8192-12286/40000"),
  ],
  [
    "tells another total in Content-Range",
    (_, a) => withField(a, "Content-Range", "bytes 8192-12287/40001"),
  ],
  ["sends no Content-Range", (_, a) => ({ ...a, fields: [] })],
  ["sends a body shorter than its range", (_, a) => ({ ...a, body: a.body.slice(1) })],
  ["sends a body longer than its range", (_, a) => ({ ...a, body: new Uint8Array(5000) })],
  ["sends two Content-Lengths", (_, a) => withField(a, "Content-Length", "17")],
  [
    "sends Content-Length and Transfer-Encoding",
    (_, a) => withField(a, "Transfer-Encoding", "chunked"),
  ],
  ["redirects", (_, a) => withField({ ...a, status: 302 }, "Location", "http://elsewhere/")],
  ["fails with 500", () => failure(500, "Internal Server Error")],
  ["is overloaded", () => withField(failure(503, "Service Unavailable"), "Retry-After", "7")],
  ["says 429", () => failure(429, "Too Many Requests")],
  ["resets the connection", () => (socket) => socket.reset()],
  ["ends the connection without an answer", () => (socket) => socket.end()],
  ["never answers", () => undefined],
  ["sends garbage", () => (socket) => socket.send(ascii("\u0000\u0001\r\n\r\n garbage"))],
  [
    "sends a head without end",
    () => (socket) => socket.send(ascii(`HTTP/1.1 206 OK\r\nX: ${"x".repeat(5000)}`)),
  ],
  [
    "trickles and dies",
    (_, a) => (socket) => {
      socket.send(ascii("HTTP/1.1 206 OK\r\nContent-Length: 4096\r\n"));
      socket.send(
        ascii(`Content-Range: ${a.fields.find(([n]) => n === "Content-Range")?.[1] ?? ""}\r\n\r\n`),
      );
      socket.send(a.body.slice(0, 100));
      socket.reset();
    },
  ],
  [
    "is a captive portal",
    () => ({
      status: 200,
      fields: [["Content-Type", "text/html"]],
      body: ascii("<html>Log in</html>"),
    }),
  ],
  ["closes in good order after this answer", (_, a) => ({ ...a, close: true })],
];

describe("a hostile server", () => {
  for (const [name, bend] of bends) {
    for (const number of [0, 2]) {
      it(`${name}, at range ${number}: the update completes when it is honest`, () => {
        const world = new World();
        const image = world.publish("1.1.0");
        world.service.bend = bendRange(number, bend);
        world.chip.powerOn();
        world.liveUntilUpdatedTo("1.1.0", 3 * 3_600_000);
        assert.deepEqual(world.slotContent(1, image.length), image);
        assert.ok(world.fetchedBytes - image.length <= 4096, `${world.fetchedBytes} fetched`);
        assert.ok(world.requests < 80, `${world.requests} requests`);
      });
    }

    it(`${name}, always: the device neither spins nor boots wrong bytes`, () => {
      const world = new World();
      world.publish("1.1.0");
      world.service.bend = (request, answer) =>
        request.fields.has("range") ? bend(request, answer) : answer;
      world.chip.powerOn();
      world.time.runUntil(() => world.confirmedVersion === "1.1.0", 3_600_000);
      const allowed = name.startsWith("closes in good order") ? "1.1.0" : "1.0.0";
      assert.equal(world.confirmedVersion, allowed);
      assert.ok(world.requests < 400, `${world.requests} requests in an hour`);
    });
  }

  for (const path of ["/provision/activate", "list", "info"]) {
    for (const [name, bend] of bends) {
      if (name.includes("Content-Range") || name.includes("its range")) continue;
      if (name === "answers 200 to a range" || name.startsWith("trickles")) continue;
      it(`${name}, to ${path}: recovers when it is honest`, () => {
        const world = new World();
        world.publish("1.1.0");
        let lies = 3;
        world.service.bend = (request, answer) => {
          const what = request.query.has("info") ? "info" : request.query.has("id") ? "" : "list";
          const here =
            request.path === path || (request.path.endsWith("download") && what === path);
          if (!here || lies === 0) return answer;
          lies -= 1;
          world.service.enabled.add("0001");
          return bend(request, answer);
        };
        world.chip.powerOn();
        world.liveUntilUpdatedTo("1.1.0", 24 * 3_600_000);
      });
    }
  }

  it("that closes after every answer costs connections, nothing else", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.service.bend = (_request, answer) => ({ ...answer, close: true });
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0", 600_000);
    assert.equal(world.fetchedBytes, image.length);
  });

  it("that never ends its last answer, all of which has come, does not hold the update up", () => {
    const world = new World({ agent: { chunkBytes: 16_384 } });
    const image = world.publish("1.1.0");
    world.service.bend = (request, answer) => {
      if (request.fields.get("range") !== "bytes=32768-39999") return answer;
      const range = answer.fields.find(([name]) => name === "Content-Range")?.[1] ?? "";
      const head = `HTTP/1.1 206 OK\r\nTransfer-Encoding: chunked\r\nContent-Range: ${range}\r\n\r\n`;
      return (socket) => {
        socket.send(ascii(head + answer.body.length.toString(16) + "\r\n"));
        socket.send(answer.body);
      };
    };
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0", 3_600_000);
    assert.equal(world.fetchedBytes, image.length);
  });

  it("that drops pipelined requests makes the device go one at a time", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.service.inFlightMax = 0;
    world.service.bend = (_request, answer) => {
      if (world.service.inFlightMax < 2) return answer;
      world.service.inFlightMax = 0;
      return (socket) => socket.reset();
    };
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0", 3_600_000);
    assert.equal(world.fetchedBytes, image.length);
  });

  it("that is not there is asked again, later each time", () => {
    const world = new World();
    world.network.listen("10.0.0.1", 80, undefined);
    world.chip.powerOn();
    world.time.runUntil(() => false, 24 * 3_600_000);
    assert.match(world.status.reason, /unreachable/);
    assert.ok(world.network.connections < 120, `${world.network.connections} connections a day`);
  });

  it("whose name does not resolve is told by name", () => {
    const world = new World();
    world.network.names.clear();
    world.chip.powerOn();
    world.liveUntilState("backing-off");
    assert.match(world.status.reason, /lights\.example has no address/);
  });
});

describe("a release that is not for this device", () => {
  const refusals: readonly [name: string, image: () => Uint8Array, reason: RegExp][] = [
    ["is for another chip", () => makeImage({ version: "1.1.0", chipId: 5 }), /chip/],
    ["is of another project", () => makeImage({ version: "1.1.0", project: "lamp" }), /project/],
    ["says another version inside", () => makeImage({ version: "1.1.1" }), /version/],
    ["is no image", () => new Uint8Array(40_000), /magic|image/],
    ["is shorter than a head", () => makeImage({ version: "1.1.0" }).slice(0, 200), /short/],
  ];
  for (const [name, image, reason] of refusals) {
    it(`${name}: is refused before a byte of the slot is given up, and never fetched again`, () => {
      const world = new World();
      world.publish("1.1.0", image());
      world.chip.powerOn();
      world.liveUntilState("idle");
      assert.match(world.status.reason, reason);
      assert.deepEqual(world.erasedBlocks(1), []);
      assert.equal(world.fetchedByAnotherLook(), 0);
    });
  }

  const damages: readonly [
    name: string,
    damage: (image: Uint8Array) => Uint8Array,
    meta?: string,
  ][] = [
    ["is truncated", (image) => image.slice(0, -100), `version=1.1.0`],
    [
      "has a bad hash of its own",
      (image) => image.map((b, i) => (i === 30_000 ? b ^ 1 : b)),
      "version=1.1.0",
    ],
    ["is not what its meta promise", (image) => image, `version=1.1.0&sha256=${"0".repeat(64)}`],
  ];
  for (const [name, damage, meta] of damages) {
    it(`${name}: is rejected after verification, never booted, never fetched again`, () => {
      const world = new World();
      world.publish("1.1.0", damage(makeImage({ version: "1.1.0" })), meta);
      world.chip.powerOn();
      world.liveUntilState("idle");
      assert.equal(world.chip.boots, 1);
      assert.equal(world.fetchedByAnotherLook(), 0);
      assert.match(world.status.reason, /rejected before/);
    });
  }

  it("does not fit the slot: is told by its size", () => {
    const world = new World();
    world.publish("1.1.0", new Uint8Array(slotBytes + 1));
    world.chip.powerOn();
    world.liveUntilState("idle");
    assert.match(world.status.reason, /do not fit the slot/);
    assert.equal(world.fetchedBytes, 0);
  });

  it("is not uploaded yet: is taken once it is", () => {
    const world = new World();
    world.publish("1.1.0", new Uint8Array(0));
    world.chip.powerOn();
    world.liveUntilState("idle");
    assert.match(world.status.reason, /not uploaded/);
    world.publish("1.1.0");
    world.liveUntilUpdatedTo("1.1.0");
  });

  it("is replaced during the download: the new one is fetched from the start", () => {
    const world = new World();
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.fetchedBytes > 20_000);
    const other = makeImage({ version: "1.1.0", bytes: 44_000 });
    world.publish("1.1.0", other);
    world.liveUntilUpdatedTo("1.1.0");
    assert.deepEqual(world.slotContent(1, other.length), other);
  });

  it("is replaced by one of the same size: the mixture is never booted", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.fetchedBytes > 20_000);
    const other = image.map((byte, index) => (index > 35_000 && index < 36_000 ? byte ^ 1 : byte));
    world.service.contents.set("lamp-1.1.0", {
      bytes: other,
      meta: `version=1.1.0&sha256=${sha256Hex(other)}`,
      timestampSeconds: 1_800_000_000,
    });
    world.liveUntilState("idle");
    // What it fetched was rejected under the old identity; the new content is no valid image.
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.equal(world.chip.boots, 1);
  });
});
