// One connection against sockets that the test plays: order, repetition, time-outs, and peers that
// send what nobody asked for.

import assert from "node:assert/strict";
import { Connection } from "../../src/agent/connection.js";
import { Pipelining } from "../../src/agent/pipelining.js";
import type { Exchange } from "../../src/agent/exchange.js";
import {
  answerTimeoutMs,
  connectTimeoutMs,
  pipelinedSilenceMsMin,
  resolveTimeoutMs,
  silenceTimeoutMs,
} from "../../src/agent/limits.js";
import { ok, SocketRig } from "./socket-rig.js";

const depth = 3;
/** Time-outs are looked at once a second. */
const slackMs = 1000;

class Asker {
  readonly rig = new SocketRig();
  readonly pipelining = new Pipelining(depth);
  readonly connection = new Connection(this.rig.network, "lights.example", 80, this.pipelining, {
    connected: () => (this.connected += 1),
    requested: () => (this.requested += 1),
  });
  /** What became of the exchanges: `head:/a 200`, `body:/a text`, `end:/a`, `lost:/a`. */
  readonly events: string[] = [];
  connected = 0;
  requested = 0;
  /** Called with each event, for exchanges that act on what they hear. */
  onEvent: (event: string) => void = () => undefined;

  ask(target: string, pipelined = true, method: "GET" | "POST" = "GET"): void {
    const note = (event: string): void => {
      this.events.push(event);
      this.onEvent(event);
    };
    const exchange: Exchange = {
      request: { method, target, host: "lights.example", fields: [] },
      pipelined,
      onHead: (head) => note(`head:${target} ${head.status}`),
      onBody: (bytes) => note(`body:${target} ${String.fromCharCode(...bytes)}`),
      onEnd: () => note(`end:${target}`),
      onFailure: (failure) => note(`${failure.kind}:${target}`),
    };
    this.connection.send(exchange);
  }

  /** A connection that is open, with requests written to it. */
  open(...targets: string[]): this {
    for (const target of targets) this.ask(target);
    this.rig.pass(0);
    this.rig.socket.writable();
    return this;
  }

  /** Events that are not bodies. */
  get ends(): string[] {
    return this.events.filter((event) => !/^(head|body):/.test(event));
  }
}

describe("a connection", () => {
  it("opens itself for the first request and matches answers in order", () => {
    const asker = new Asker();
    asker.ask("/a");
    asker.ask("/b");
    assert.equal(asker.rig.sockets.length, 0);
    asker.rig.pass(0);
    // By its name a host can be held to its certificate.
    assert.equal(asker.rig.socket.options.host, "lights.example");
    assert.deepEqual(asker.rig.socket.targets, []);
    asker.rig.socket.writable();
    assert.deepEqual(asker.rig.socket.targets, ["/a", "/b"]);
    asker.rig.socket.receive(ok("one") + ok("two"));
    assert.deepEqual(asker.events, [
      "head:/a 200",
      "body:/a one",
      "end:/a",
      "head:/b 200",
      "body:/b two",
      "end:/b",
    ]);
    assert.deepEqual([asker.connected, asker.requested], [1, 2]);
  });

  it("hands on answers the same, byte by byte", () => {
    const asker = new Asker().open("/a", "/b");
    for (const character of ok("one") + ok("two")) asker.rig.socket.receive(character);
    assert.deepEqual(asker.ends, ["end:/a", "end:/b"]);
    assert.equal(asker.events.filter((event) => event.startsWith("body:/a")).length, 3);
  });

  it("keeps as many requests in flight as its depth, and tells the room that is left", () => {
    const asker = new Asker();
    assert.equal(asker.connection.room, depth);
    asker.ask("/0");
    assert.equal(asker.connection.room, depth - 1);
    asker.open("/1", "/2", "/3", "/4");
    assert.equal(asker.connection.room, 0);
    assert.deepEqual(asker.rig.socket.targets, ["/0", "/1", "/2"]);
    asker.rig.socket.receive(ok("0"));
    assert.deepEqual(asker.rig.socket.targets, ["/0", "/1", "/2", "/3"]);
  });

  it("never pipelines what must go alone", () => {
    const asker = new Asker();
    asker.ask("/a");
    asker.ask("/alone", false);
    asker.ask("/b");
    asker.open();
    assert.deepEqual(asker.rig.socket.targets, ["/a"]);
    asker.rig.socket.receive(ok(""));
    assert.deepEqual(asker.rig.socket.targets, ["/a", "/alone"]);
    asker.rig.socket.receive(ok(""));
    assert.deepEqual(asker.rig.socket.targets, ["/a", "/alone", "/b"]);
  });

  it("writes a request as soon as there is room for all of it, never in parts", () => {
    const asker = new Asker();
    asker.ask("/a");
    asker.ask("/b");
    asker.rig.pass(0);
    asker.rig.socket.writable(60);
    assert.equal(asker.rig.socket.writes, 1);
    asker.rig.socket.writable(10);
    assert.equal(asker.rig.socket.writes, 1);
    asker.rig.socket.writable(100);
    assert.deepEqual(asker.rig.socket.targets, ["/a", "/b"]);
  });

  it("uses the same socket for what is asked after a pause", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.rig.pass(3_600_000);
    asker.ask("/b");
    asker.rig.socket.receive(ok(""));
    assert.deepEqual(asker.ends, ["end:/a", "end:/b"]);
    assert.equal(asker.rig.sockets.length, 1);
  });

  it("takes what an exchange asks for from within its own end", () => {
    const asker = new Asker();
    asker.onEvent = (event) => {
      if (event === "end:/a") asker.ask("/b");
    };
    asker.open("/a");
    asker.rig.socket.receive(ok(""));
    assert.deepEqual(asker.rig.socket.targets, ["/a", "/b"]);
  });
});

describe("a connection that ends", () => {
  it("in good order: what is unanswered goes out again on a new one", () => {
    const asker = new Asker().open("/a", "/b", "/c");
    const [first] = asker.rig.sockets;
    asker.rig.socket.receive(ok("", "Connection: close"));
    assert.equal(first?.isClosed, true);
    asker.open();
    assert.equal(asker.rig.sockets.length, 2);
    assert.deepEqual(asker.rig.socket.targets, ["/b", "/c"]);
    asker.rig.socket.receive(ok("") + ok(""));
    assert.deepEqual(asker.ends, ["end:/a", "end:/b", "end:/c"]);
  });

  it("with the end of a body that had no length: that answer is whole", () => {
    const asker = new Asker().open("/a", "/b");
    asker.rig.socket.receive("HTTP/1.1 200 OK\r\n\r\nto the end");
    asker.rig.socket.end();
    assert.deepEqual(asker.ends, ["end:/a"]);
    asker.open();
    assert.deepEqual(asker.rig.socket.targets, ["/b"]);
  });

  it("with answers missing: every exchange fails, oldest first", () => {
    const asker = new Asker().open("/a", "/b", "/c");
    asker.rig.socket.receive(ok("") + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal");
    asker.rig.socket.end();
    assert.deepEqual(asker.ends, ["end:/a", "lost:/b", "lost:/c"]);
    assert.equal(asker.rig.socket.isClosed, true);
  });

  it("so twice with several in flight: one request goes at a time for the rest of the boot", () => {
    const asker = new Asker().open("/a", "/b");
    asker.rig.socket.end();
    assert.equal(asker.connection.room, depth);
    asker.open("/c", "/d").rig.socket.end();
    assert.equal(asker.connection.room, 1);
    asker.open("/e", "/f");
    assert.deepEqual(asker.rig.socket.targets, ["/e"]);
    asker.rig.socket.receive(ok(""));
    assert.deepEqual(asker.rig.socket.targets, ["/e", "/f"]);
    asker.rig.socket.receive(ok("", "Connection: close"));
    assert.equal(asker.connection.room, 1);
    assert.equal(asker.pipelining.depth, 1);
  });

  it("so with one in flight: that says nothing about several", () => {
    const asker = new Asker();
    for (const target of ["/a", "/b", "/c"]) asker.open(target).rig.socket.end();
    assert.equal(asker.connection.room, depth);
  });

  it("after it has answered others, before a byte of the next: what is safe is asked again", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.ask("/b");
    asker.rig.socket.end();
    asker.open();
    assert.deepEqual(asker.rig.socket.targets, ["/b"]);
    // Once: a peer that answers nothing on the new one is lost.
    asker.rig.socket.end();
    assert.deepEqual(asker.ends, ["end:/a", "lost:/b"]);
    assert.equal(asker.rig.sockets.length, 2);
  });

  it("after it has answered others, within the next: that answer is lost", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.ask("/b");
    asker.rig.socket.receive("H");
    asker.rig.socket.end();
    assert.deepEqual(asker.ends, ["end:/a", "lost:/b"]);
  });

  it("after it has answered others: what must not be asked twice is lost", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.ask("/b", false, "POST");
    asker.rig.socket.end();
    assert.deepEqual(asker.ends, ["end:/a", "lost:/b"]);
    assert.equal(asker.rig.sockets.length, 1);
  });

  it("by an answer that was not the one asked for, twice: then one goes at a time", () => {
    const asker = new Asker();
    for (const target of ["/a", "/b"]) {
      asker.open(target, target);
      asker.connection.abandon();
    }
    assert.deepEqual(asker.events, []);
    assert.equal(asker.connection.room, 1);
  });

  it("while nothing is owed: the next request opens another", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.rig.socket.end();
    asker.rig.pass(3_600_000);
    assert.equal(asker.rig.sockets.length, 1);
    asker.open("/b");
    assert.equal(asker.rig.sockets.length, 2);
    assert.deepEqual(asker.ends, ["end:/a"]);
  });

  it("unseen, so that the next request cannot be written: it goes to another", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.rig.socket.writeFails = true;
    asker.ask("/b");
    asker.rig.socket.end();
    asker.open();
    assert.deepEqual(asker.rig.socket.targets, ["/b"]);
    assert.deepEqual(asker.ends, ["end:/a"]);
  });

  it("before it took one request: fails, and is not opened again and again", () => {
    const asker = new Asker();
    asker.ask("/a");
    asker.rig.pass(0);
    asker.rig.socket.writeFails = true;
    asker.rig.socket.writable();
    asker.rig.socket.end();
    assert.deepEqual(asker.events, ["lost:/a"]);
    assert.equal(asker.rig.sockets.length, 1);
  });

  it("by its user: nobody is called any more, whatever still comes", () => {
    const asker = new Asker().open("/a", "/b");
    const { socket } = asker.rig;
    asker.connection.close();
    assert.equal(socket.isClosed, true);
    socket.options.onReadable(100);
    socket.options.onWritable(100);
    socket.options.onError();
    asker.rig.pass(3_600_000);
    assert.deepEqual(asker.events, []);
    assert.equal(asker.rig.time.pending, 0);
    assert.equal(asker.connection.room, depth);
  });

  it("by its user, and is opened again: what still comes for the old one does not count", () => {
    const asker = new Asker().open("/a");
    const old = asker.rig.socket;
    asker.connection.close();
    asker.open("/b");
    old.options.onReadable(100);
    old.options.onWritable(0);
    old.options.onError();
    asker.ask("/c");
    asker.rig.socket.receive(ok("") + ok(""));
    assert.deepEqual(asker.ends, ["end:/b", "end:/c"]);
  });

  it("by its user, in the middle of an answer: the rest of what arrived is not read", () => {
    const asker = new Asker();
    asker.onEvent = () => {
      asker.connection.close();
    };
    asker.open("/a", "/b");
    asker.rig.socket.receive(ok("x".repeat(4000)) + ok(""));
    assert.deepEqual(asker.events, ["head:/a 200"]);
  });

  it("by its user, while its name is resolved: the address comes too late", () => {
    const asker = new Asker();
    asker.rig.resolutions = [];
    asker.ask("/a");
    asker.connection.close();
    asker.rig.resolutions[0]?.("10.0.0.1");
    assert.equal(asker.rig.sockets.length, 0);
    assert.equal(asker.rig.time.pending, 0);
  });
});

describe("a connection's peer", () => {
  it("that sends what is no HTTP: the exchange fails, the socket is closed", () => {
    const asker = new Asker().open("/a", "/b");
    asker.rig.socket.receive("220 mail.example ESMTP\r\n");
    assert.deepEqual(asker.events, ["protocol:/a", "protocol:/b"]);
    assert.equal(asker.rig.socket.isClosed, true);
  });

  it("that talks while nothing is asked: is left, and asked anew when there is something", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.rig.socket.receive("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    assert.equal(asker.rig.sockets[0]?.isClosed, true);
    asker.open("/b");
    asker.rig.socket.receive(ok(""));
    assert.deepEqual(asker.ends, ["end:/a", "end:/b"]);
  });

  it("that talks while a request cannot be written: the request goes to another", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.rig.socket.writeFails = true;
    asker.ask("/b");
    asker.rig.socket.receive("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    asker.open();
    assert.deepEqual(asker.rig.socket.targets, ["/b"]);
  });

  it("that answers more than it was asked: the exchange is whole, the rest is not taken", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok("one") + ok("two"));
    assert.deepEqual(asker.ends, ["end:/a"]);
    assert.equal(asker.rig.socket.isClosed, true);
  });

  it("whose name has an address that is none: fails", () => {
    const asker = new Asker();
    asker.rig.connectFails = true;
    asker.ask("/a");
    asker.rig.pass(0);
    assert.deepEqual(asker.events, ["unreachable:/a"]);
    assert.equal(asker.rig.time.pending, 0);
  });
});

describe("a connection waits a bounded time", () => {
  function failsWithin(asker: Asker, timeoutMs: number, kind: string): void {
    asker.rig.pass(timeoutMs - 1);
    assert.deepEqual(asker.ends, []);
    asker.rig.pass(slackMs + 1);
    assert.deepEqual(asker.ends, [`${kind}:/a`]);
    assert.equal(asker.rig.time.pending, 0);
    // And may be asked again.
    asker.rig.resolutions = undefined;
    asker.open("/again");
    asker.rig.socket.receive(ok(""));
    assert.ok(asker.events.includes("end:/again"));
  }

  it("for a name", () => {
    const asker = new Asker();
    asker.rig.resolutions = [];
    asker.ask("/a");
    failsWithin(asker, resolveTimeoutMs, "unresolved");
  });

  it("for a connection", () => {
    const asker = new Asker();
    asker.ask("/a");
    asker.rig.pass(0);
    failsWithin(asker, connectTimeoutMs, "unreachable");
  });

  it("for the first byte of an answer", () => {
    failsWithin(new Asker().open("/a"), silenceTimeoutMs, "silent");
  });

  it("for an answer among several, as long as the round trips seen allow", () => {
    const asker = new Asker().open("/zero");
    asker.rig.pass(1000);
    asker.rig.socket.receive(ok(""));
    asker.events.length = 0;
    asker.ask("/a");
    asker.ask("/b");
    asker.rig.pass(8000 - 1);
    assert.deepEqual(asker.ends, []);
    asker.rig.pass(slackMs + 1);
    assert.deepEqual(asker.ends, ["silent:/a", "silent:/b"]);
  });

  it("for an answer among several, never less than a lost segment takes", () => {
    const asker = new Asker().open("/zero");
    asker.rig.socket.receive(ok(""));
    asker.events.length = 0;
    asker.ask("/a");
    asker.ask("/b");
    asker.rig.pass(pipelinedSilenceMsMin - 1);
    assert.deepEqual(asker.ends, []);
    asker.rig.pass(slackMs + 1);
    assert.deepEqual(asker.ends, ["silent:/a", "silent:/b"]);
  });

  it("for the next byte of an answer", () => {
    const asker = new Asker().open("/a");
    asker.rig.pass(silenceTimeoutMs - 1);
    asker.rig.socket.receive("HTTP");
    failsWithin(asker, silenceTimeoutMs, "silent");
  });

  it("for the end of an answer, however steadily it trickles", () => {
    const asker = new Asker().open("/a");
    for (const character of ok("x".repeat(500))) {
      if (asker.ends.length > 0) break;
      asker.rig.socket.receive(character);
      asker.rig.pass(1000);
    }
    assert.deepEqual(asker.ends, ["silent:/a"]);
    assert.ok(asker.rig.time.nowMs <= answerTimeoutMs + slackMs);
  });

  it("for each of several answers anew", () => {
    const asker = new Asker().open("/a", "/b");
    asker.rig.pass(silenceTimeoutMs - 1);
    asker.rig.socket.receive(ok(""));
    asker.rig.pass(silenceTimeoutMs - slackMs);
    assert.deepEqual(asker.ends, ["end:/a"]);
    asker.rig.pass(2 * slackMs);
    assert.deepEqual(asker.ends, ["end:/a", "silent:/b"]);
  });

  it("for room to write", () => {
    const asker = new Asker();
    asker.ask("/a");
    asker.rig.pass(0);
    asker.rig.socket.writable(1);
    failsWithin(asker, silenceTimeoutMs, "silent");
  });

  it("for room to write after a pause", () => {
    const asker = new Asker().open("/zero");
    asker.rig.socket.receive(ok(""));
    asker.events.length = 0;
    asker.rig.socket.writable(0);
    asker.rig.pass(3_600_000);
    asker.ask("/a");
    failsWithin(asker, silenceTimeoutMs, "silent");
  });

  it("and not at all while nothing is asked", () => {
    const asker = new Asker().open("/a");
    asker.rig.socket.receive(ok(""));
    asker.rig.pass(24 * 3_600_000);
    assert.deepEqual(asker.ends, ["end:/a"]);
    assert.equal(asker.rig.socket.isClosed, false);
  });
});

describe("a connection that the host does not try", () => {
  it("tells the host's reason instead of a refusal", () => {
    const asker = new Asker();
    const failures: string[] = [];
    asker.connection.send({
      request: { method: "GET", target: "/", host: "lights.example", fields: [] },
      pipelined: true,
      onHead: () => undefined,
      onBody: () => undefined,
      onEnd: () => undefined,
      onFailure: ({ kind, message }) => failures.push(`${kind}: ${message}`),
    });
    asker.rig.pass(0);
    asker.rig.socket.options.onError("the clock is not set yet");
    assert.deepEqual(failures, ["unreachable: the clock is not set yet"]);
  });
});
