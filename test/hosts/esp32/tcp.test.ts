import assert from "node:assert/strict";

import type { Connect, TCPOptions } from "../../../src/ports/tcp.js";
import "./moddable/register.js";
import FakeSocket from "./moddable/socket.js";
import FakeTimer from "./moddable/timer.js";

/** Callbacks that note what was called. */
function listener(): { readonly calls: string[]; readonly options: TCPOptions } {
  const calls: string[] = [];
  const options = {
    address: "192.0.2.7",
    port: 80,
    onReadable: (byteLength: number) => calls.push(`readable ${byteLength}`),
    onWritable: (byteLength: number) => calls.push(`writable ${byteLength}`),
    onError: () => calls.push("error"),
  };
  return { calls, options };
}

function lastSocket(): FakeSocket {
  assert(FakeSocket.last !== undefined);
  return FakeSocket.last;
}

describe("TCP on the chip", () => {
  let connect: Connect;

  before(async () => {
    ({ connect } = await import("../../../hosts/esp32/tcp.js"));
  });

  beforeEach(() => {
    FakeTimer.pending = [];
  });

  it("passes bytes and callbacks through, without Nagle's delay", () => {
    const { calls, options } = listener();
    const connection = connect(options);
    const socket = lastSocket();
    assert.equal(socket.options.address, "192.0.2.7");
    assert.equal(socket.options.port, 80);
    assert.equal(socket.options.nodelay, true);

    socket.options.onWritable?.(5744);
    connection.write(Uint8Array.of(1, 2, 3));
    assert.deepEqual(socket.written, [1, 2, 3]);
    socket.unread = [4, 5];
    socket.options.onReadable?.(2);
    const buffer = new Uint8Array(2);
    assert.equal(connection.read(buffer), 2);
    assert.deepEqual([...buffer], [4, 5]);
    socket.options.onError?.();
    assert.deepEqual(calls, ["writable 5744", "readable 2", "error"]);
  });

  for (const refusal of ["no network", "no socket", "bind failed"]) {
    it(`tells "${refusal}" by onError, after connect has returned`, () => {
      const { calls, options } = listener();
      FakeSocket.refusal = refusal;
      const connection = connect(options);
      assert.deepEqual(calls, []);
      FakeTimer.fire();
      assert.deepEqual(calls, ["error"]);
      assert.throws(() => connection.read(new Uint8Array(1)), /not connected/);
      connection.close();
    });
  }

  it("throws on a bad address", () => {
    FakeSocket.refusal = "invalid address";
    assert.throws(() => connect(listener().options), /invalid address/);
    assert.deepEqual(FakeTimer.pending, []);
  });

  it("throws on more than was announced, and sends none of it", () => {
    const connection = connect(listener().options);
    const socket = lastSocket();
    assert.throws(() => {
      connection.write(Uint8Array.of(1));
    }, /at most 0/);
    socket.options.onWritable?.(3);
    connection.write(Uint8Array.of(1, 2));
    assert.throws(() => {
      connection.write(Uint8Array.of(3, 4));
    }, /asked to write 2 bytes, at most 1/);
    assert.deepEqual(socket.written, [1, 2]);
  });

  it("does not throw on an announced write that the peer's end has overtaken", () => {
    const connection = connect(listener().options);
    const socket = lastSocket();
    socket.options.onWritable?.(100);
    socket.ended = true;
    connection.write(Uint8Array.of(1));
    assert.deepEqual(socket.written, []);
  });

  it("closes once, and throws on every use after that", () => {
    const connection = connect(listener().options);
    const socket = lastSocket();
    socket.options.onWritable?.(100);
    connection.close();
    connection.close();
    assert.equal(socket.closed, 1);
    assert.throws(() => connection.read(new Uint8Array(1)));
    assert.throws(() => {
      connection.write(Uint8Array.of(1));
    });
  });
});
