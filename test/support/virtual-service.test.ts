// The fake service answers as a service does, and delivers every way in which a test bends it.

import assert from "node:assert/strict";
import fc from "fast-check";
import { VirtualNetwork } from "../../hosts/node/virtual-network.js";
import { VirtualTime } from "../../hosts/node/virtual-time.js";
import { TcpRecorder } from "./tcp-recorder.js";
import { ascii, failure, VirtualService } from "./virtual-service.js";

const server = { address: "10.0.0.1", port: 80 };
const content = Uint8Array.from({ length: 1000 }, (_, index) => (index * 31) & 255);

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
}

class Rig {
  readonly time = new VirtualTime();
  readonly service = new VirtualService();
  readonly network = new VirtualNetwork(this.time);
  readonly socket: TcpRecorder;

  constructor() {
    this.network.listen(server.address, server.port, this.service.accept);
    this.service.enabled.add("0001");
    this.service.contents.set("lamp-1.1.0", {
      bytes: content,
      meta: "version=1.1.0",
      timestampSeconds: 1_700_000_000,
    });
    this.socket = this.connect();
  }

  connect(): TcpRecorder {
    const socket = new TcpRecorder(this.network.connect, server);
    socket.react = (event) => {
      if (event === "readable") socket.read();
    };
    this.settle();
    return socket;
  }

  settle(): void {
    while (this.time.step());
  }

  /** Sends requests in one piece, and returns all that came since. */
  ask(...requests: string[]): Answer[] {
    const before = this.socket.received.length;
    this.socket.write(ascii(requests.join("")));
    this.settle();
    return parseAnswers(this.socket.received.subarray(before));
  }

  askOne(request: string): Answer {
    const answers = this.ask(request);
    const [answer] = answers;
    assert.ok(answer && answers.length === 1, `${answers.length} answers`);
    return answer;
  }

  activate(serial = "0001"): Answer {
    return this.askOne(activation(serial));
  }
}

function activation(serial: string): string {
  const body = `vendor=lights&model=lamp&sn=${serial}`;
  return (
    "POST /provision/activate HTTP/1.1\r\nHost: lights.example\r\n" +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

function download(query: string, cik: string, range?: string): string {
  const rangeField = range === undefined ? "" : `Range: ${range}\r\n`;
  return (
    `GET /provision/download?vendor=lights&model=lamp${query} HTTP/1.1\r\n` +
    `X-Exosite-CIK: ${cik}\r\n${rangeField}\r\n`
  );
}

function parseAnswers(bytes: Buffer): Answer[] {
  const answers: Answer[] = [];
  for (let at = 0; at < bytes.length;) {
    const bodyAt = bytes.indexOf("\r\n\r\n", at) + 4;
    assert.ok(bodyAt > 4, "a head without end");
    const head = bytes.toString("latin1", at, bodyAt);
    const end = bodyAt + Number(/^Content-Length: (\d+)\r$/m.exec(head)?.[1]);
    assert.ok(end <= bytes.length, "a body cut short");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    answers.push({ status, head, body: bytes.subarray(bodyAt, end) });
    at = end;
  }
  return answers;
}

describe("the virtual service", () => {
  it("activates a serial once for each time it was enabled, each with a new CIK", () => {
    const rig = new Rig();
    const first = rig.activate();
    assert.equal(first.status, 200);
    assert.match(first.body.toString(), /^[0-9a-z]{40}$/);
    assert.equal(rig.service.ciks.get("0001"), first.body.toString());
    assert.equal(rig.activate().status, 409);
    assert.equal(rig.activate("0002").status, 409);
    assert.equal(rig.service.activations, 1);
    rig.service.enabled.add("0001");
    const second = rig.activate();
    assert.equal(second.status, 200);
    assert.notDeepEqual(second.body, first.body);
    assert.equal(rig.service.activations, 2);
    const list = (answer: Answer): number =>
      rig.askOne(download("", answer.body.toString())).status;
    assert.deepEqual([list(first), list(second)], [401, 200]);
  });

  it("lists contents in order, and tells of each", () => {
    const rig = new Rig();
    const cik = rig.activate().body.toString();
    rig.service.contents.set("lamp-1.0.0", { bytes: ascii("x"), meta: "", timestampSeconds: 7 });
    const list = rig.askOne(download("", cik));
    assert.deepEqual([list.status, list.body.toString()], [200, "lamp-1.0.0\r\nlamp-1.1.0\r\n"]);
    const info = rig.askOne(download("&id=lamp-1.1.0&info=true", cik));
    assert.equal(
      info.body.toString(),
      "application/octet-stream,1000,1700000000,version=1.1.0\r\n",
    );
    assert.equal(rig.askOne(download("&id=lamp-9&info=true", cik)).status, 404);
    rig.service.contents.clear();
    assert.equal(rig.askOne(download("", cik)).body.length, 0);
  });

  it("says 401 to a wrong CIK and 404 to what it does not know", () => {
    const rig = new Rig();
    rig.activate();
    assert.equal(rig.askOne(download("", "wrong")).status, 401);
    assert.equal(rig.askOne("GET /elsewhere HTTP/1.1\r\n\r\n").status, 404);
  });

  const ranges: readonly [range: string, status: number, first: number, end: number][] = [
    ["bytes=0-99", 206, 0, 100],
    ["bytes=900-999", 206, 900, 1000],
    ["bytes=900-4095", 206, 900, 1000],
    ["bytes=999-999", 206, 999, 1000],
  ];
  for (const [range, status, first, end] of ranges) {
    it(`answers ${range} with just that, and says so`, () => {
      const rig = new Rig();
      const cik = rig.activate().body.toString();
      const answer = rig.askOne(download("&id=lamp-1.1.0", cik, range));
      assert.equal(answer.status, status);
      assert.ok(answer.head.includes(`\r\nContent-Range: bytes ${first}-${end - 1}/1000\r\n`));
      assert.deepEqual(new Uint8Array(answer.body), content.slice(first, end));
    });
  }

  it("answers all of a content without a range, and 416 beyond its end", () => {
    const rig = new Rig();
    const cik = rig.activate().body.toString();
    const whole = rig.askOne(download("&id=lamp-1.1.0", cik));
    assert.equal(whole.status, 200);
    assert.ok(!whole.head.includes("Content-Range"));
    assert.deepEqual(new Uint8Array(whole.body), content);
    assert.equal(rig.askOne(download("&id=lamp-1.1.0", cik, "bytes=1000-1001")).status, 416);
  });

  it("understands requests in whatever pieces they come, and keeps a list of them", () => {
    const text = activation("0001") + download("", "wrong") + activation("0001");
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const rig = new Rig();
        const bounds = [0, ...cuts.sort((one, other) => one - other), text.length];
        for (let index = 1; index < bounds.length; index += 1) {
          const piece = text.slice(bounds[index - 1], bounds[index]);
          if (piece !== "") rig.socket.write(ascii(piece));
          rig.settle();
        }
        const answers = parseAnswers(rig.socket.received);
        assert.deepEqual(
          answers.map(({ status }) => status),
          [200, 401, 409],
        );
        assert.deepEqual(rig.service.requests, [
          "POST /provision/activate",
          "GET /provision/download?vendor=lights&model=lamp",
          "POST /provision/activate",
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it("answers requests in flight in their order, however long each takes", () => {
    const rig = new Rig();
    const cik = rig.activate().body.toString();
    const delaysMs = [50, 10, 30, 20];
    rig.service.inFlightMax = 0;
    rig.service.schedule = (callback) => rig.time.schedule(callback, delaysMs.shift() ?? 0);
    const answers = rig.ask(
      ...[0, 1, 2, 3].map((n) => download("&id=lamp-1.1.0", cik, `bytes=${n}-${n}`)),
    );
    assert.deepEqual(
      answers.map(({ body }) => body[0]),
      [...content.subarray(0, 4)],
    );
    assert.equal(rig.service.inFlightMax, 4);
  });

  it("takes the time it was given", () => {
    const rig = new Rig();
    rig.service.schedule = (callback) => rig.time.schedule(callback, 700);
    const startMs = rig.time.nowMs;
    rig.activate();
    assert.ok(rig.time.nowMs >= startMs + 700 + 2 * rig.network.latencyMs);
  });
});

describe("a bent service", () => {
  it("loses an answer, and remembers what it did", () => {
    const rig = new Rig();
    rig.service.bend = () => undefined;
    assert.deepEqual(rig.ask(activation("0001")), []);
    assert.equal(rig.service.activations, 1);
    rig.service.bend = (_request, answer) => answer;
    assert.equal(rig.activate().status, 409);
  });

  it("sends another answer than it had", () => {
    const rig = new Rig();
    rig.service.bend = (request, answer) =>
      request.path === "/provision/activate" ? failure(503, "Service Unavailable") : answer;
    assert.equal(rig.activate().status, 503);
    assert.equal(rig.askOne(download("", "wrong")).status, 401);
  });

  it("sees the request that it bends", () => {
    const rig = new Rig();
    rig.service.bend = (request, answer) => {
      assert.equal(request.method, "GET");
      assert.equal(request.query.get("id"), "a b");
      assert.equal(request.fields.get("range"), "bytes=0-1");
      assert.equal(request.body, "");
      return answer;
    };
    assert.equal(rig.askOne(download("&id=a%20b", "wrong", "bytes=0-1")).status, 401);
  });

  it("closes in good order after an answer, and leaves the others unanswered", () => {
    const rig = new Rig();
    rig.service.bend = (_request, answer) => ({ ...answer, close: true });
    const [answer, ...others] = rig.ask(activation("0001"), activation("0001"));
    assert.equal(answer?.status, 200);
    assert.match(answer.head, /\r\nConnection: Close\r\n/);
    assert.deepEqual(others, []);
    assert.equal(rig.socket.events.at(-1), "error");
    assert.equal(rig.connect().events.at(-1), "writable 5744");
  });

  for (const ending of ["end", "reset"] as const) {
    it(`breaks off by ${ending} after as much of an answer as it likes, and does no more`, () => {
      const rig = new Rig();
      rig.service.enabled.add("0002");
      const delaysMs = [10, 200];
      rig.service.schedule = (callback) => rig.time.schedule(callback, delaysMs.shift() ?? 0);
      rig.service.bend = () => (socket) => {
        socket.send(ascii("HTTP/1.1 200"));
        rig.time.schedule(() => {
          socket[ending]();
        }, 100);
      };
      rig.socket.write(ascii(activation("0001") + activation("0002")));
      rig.settle();
      assert.equal(rig.socket.received.toString(), "HTTP/1.1 200");
      assert.equal(rig.socket.events.at(-1), "error");
      assert.equal(rig.service.requests.length, 2);
      assert.deepEqual([...rig.service.ciks.keys()], ["0001"]);
    });
  }

  it("answers nothing to a device that is gone", () => {
    const rig = new Rig();
    rig.service.schedule = (callback) => rig.time.schedule(callback, 100);
    rig.socket.write(ascii(activation("0001")));
    rig.time.runUntil(() => rig.service.requests.length === 1);
    rig.socket.close();
    rig.settle();
    assert.equal(rig.service.activations, 0);
  });
});
