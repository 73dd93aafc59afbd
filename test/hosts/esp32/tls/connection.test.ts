import assert from "node:assert/strict";

import type { SecureConnection, Trust } from "../../../../hosts/esp32/tls/connection.js";
import type { TCPOptions } from "../../../../src/ports/tcp.js";
import "../moddable/register.js";
import FakeSession, { steps } from "../moddable/session.js";
import FakeSocket from "../moddable/socket.js";
import FakeTimer from "../moddable/timer.js";

const trust: Trust = { certificate: Uint8Array.of(1, 2, 3), serverName: undefined };
const room = 1000;

describe("a connection over TLS", () => {
  let Connection: typeof SecureConnection;
  let calls: string[];
  let lines: string[];
  let connection: SecureConnection;

  before(async () => {
    ({ SecureConnection: Connection } = await import("../../../../hosts/esp32/tls/connection.js"));
  });

  function open(options: Partial<TCPOptions> = {}): FakeSocket {
    calls = [];
    lines = [];
    FakeTimer.pending = [];
    const all: TCPOptions = {
      address: "192.0.2.7",
      host: "service.test",
      port: 443,
      onReadable: (byteLength) => calls.push(`readable ${byteLength}`),
      onWritable: (byteLength) => calls.push(`writable ${byteLength}`),
      onError: () => calls.push("error"),
      ...options,
    };
    connection = new Connection(all, trust, (line) => lines.push(line));
    assert(FakeSocket.last !== undefined);
    return FakeSocket.last;
  }

  function receive(socket: FakeSocket, ...bytes: number[]): void {
    socket.unread.push(...bytes);
    socket.options.onReadable?.(socket.unread.length);
  }

  function openWhole(options: Partial<TCPOptions> = {}): FakeSocket {
    const socket = open(options);
    socket.options.onWritable?.(room);
    receive(socket, steps.more, steps.believe, steps.more, steps.finish);
    return socket;
  }

  it("asks for TLS 1.2 and the host's name, and resumes nothing", () => {
    open();
    const { options } = FakeSession.last ?? assert.fail();
    assert.equal(options["serverName"], "service.test");
    assert.equal(options["protocolVersion"], 0x303);
    assert.equal(options["cache"], false);
    assert.equal(options["certificate"], trust.certificate);
  });

  it("is open after the whole handshake, in however many pieces", () => {
    const socket = open();
    assert.throws(() => {
      connection.write(Uint8Array.of(1));
    }, /not connected/);
    socket.options.onWritable?.(room);
    assert.deepEqual(socket.written, [0x16]);
    for (const step of [steps.more, steps.believe, steps.finish]) {
      assert.deepEqual(calls, []);
      receive(socket, step);
    }
    assert.match(calls.join(), /^writable \d+$/);
  });

  it("announces less than the socket does, and writes no more than has room with its record", () => {
    const socket = openWhole();
    socket.options.onWritable?.(room);
    assert.equal(calls.at(-1), `writable ${room - 96}`);
    connection.write(new Uint8Array(room - 96).fill(7));
    assert.throws(() => {
      connection.write(Uint8Array.of(1));
    }, /would block/);
    assert.equal(FakeSession.last?.written.length, room - 96);
    const before = calls.length;
    socket.options.onWritable?.(50);
    assert.equal(calls.length, before);
  });

  it("delivers the content of every record, and adds up what is not read", () => {
    const socket = openWhole();
    calls = [];
    receive(socket, steps.content, 0x41, steps.more);
    receive(socket, steps.content, 0x42);
    assert.deepEqual(calls, ["readable 1", "readable 2"]);
    const buffer = new Uint8Array(1);
    connection.read(buffer);
    assert.deepEqual([...buffer], [0x41]);
    connection.read(buffer);
    assert.deepEqual([...buffer], [0x42]);
    assert.throws(() => connection.read(buffer), /not as much/);
  });

  it("never opens, and writes nothing, when the other side closes in the handshake", () => {
    const socket = open();
    socket.options.onWritable?.(room);
    receive(socket, steps.believe, steps.close);
    assert.deepEqual(calls, ["error"]);
    assert.match(lines.join(), /TLS: .*closed in the handshake/);
    assert.deepEqual([socket.written, socket.closed], [[0x16], 1]);
  });

  it("never opens when no certificate was believed", () => {
    const socket = open();
    socket.options.onWritable?.(room);
    receive(socket, steps.more, steps.finish);
    assert.deepEqual(calls, ["error"]);
    assert.match(lines.join(), /no certificate/);
    assert.throws(() => {
      connection.write(Uint8Array.of(1));
    }, /not connected/);
  });

  for (const isOpen of [false, true]) {
    it(`ends with garbage ${isOpen ? "after" : "in"} the handshake, without an exception`, () => {
      const socket = isOpen ? openWhole() : open();
      calls = [];
      receive(socket, steps.garbage);
      assert.deepEqual(calls, ["error"]);
      assert.match(lines.join(), /bad data/);
      assert.equal(socket.closed, 1);
      receive(socket, steps.content, 1);
      assert.deepEqual(calls, ["error"]);
    });
  }

  it("tells the end of the connection once, and says so if it was not open yet", () => {
    const socket = openWhole();
    calls = [];
    receive(socket, steps.close);
    socket.options.onError?.();
    assert.deepEqual([calls, lines], [["error"], []]);
    open().options.onError?.();
    assert.match(lines.join(), /ended in the handshake/);
  });

  it("lets through what the agent throws", () => {
    const socket = openWhole({
      onReadable: () => {
        throw new Error("the agent's own");
      },
    });
    assert.throws(() => {
      receive(socket, steps.content, 1);
    }, /the agent's own/);
  });

  it("tells a socket that cannot be had by onError, later; throws on a bad address", () => {
    FakeSocket.refusal = "no network";
    open();
    assert.deepEqual(calls, []);
    FakeTimer.fire();
    assert.deepEqual(calls, ["error"]);
    FakeSocket.refusal = "invalid address";
    assert.throws(() => open(), /invalid address/);
  });

  it("closes once, with a word to the other side if there was one", () => {
    const socket = openWhole();
    connection.close();
    connection.close();
    assert.deepEqual([socket.closed, FakeSession.last?.closed], [1, 1]);
    const early = open();
    connection.close();
    assert.deepEqual([early.closed, FakeSession.last?.closed], [1, 0]);
  });
});
