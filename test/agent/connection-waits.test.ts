// One connection against peers that send what nobody asked for, and peers that keep it waiting.

import assert from "node:assert/strict";
import {
  answerTimeoutMs,
  connectTimeoutMs,
  pipelinedSilenceMsMin,
  resolveTimeoutMs,
  silenceTimeoutMs,
} from "../../src/agent/limits.js";
import { Asker, slackMs } from "./connection-asker.js";
import { ok } from "./socket-rig.js";

describe("a connection's peer", () => {
  it("that sends what is no HTTP: the exchange fails, the socket is closed", () => {
    const asker = new Asker().open("/a", "/b");
    asker.rig.socket.receive("220 mail.example ESMTP\r\n");
    assert.deepEqual(asker.events, ["protocol:/a", "protocol:/b"]);
    assert.equal(asker.rig.socket.isClosed, true);
  });

  it("that talks while nothing is asked: is left, and asked again when there is something", () => {
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

  it("for each of several answers from its beginning", () => {
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
