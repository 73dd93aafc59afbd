// One connection against sockets that the test plays: order, repetition, and how it ends.

import assert from "node:assert/strict";
import { Asker, depth } from "./connection-asker.js";
import { ok } from "./socket-rig.js";

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
