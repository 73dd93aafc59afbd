// A platform whose every socket the test plays itself, on virtual time: it says when a name is
// resolved, a socket writable, bytes there, the end come. For what the virtual network never does.

import assert from "node:assert/strict";
import { VirtualTime } from "../../hosts/node/virtual-time.js";
import type { Platform } from "../../src/ports/platform.js";
import type { TCP, TCPOptions } from "../../src/ports/tcp.js";
import { ascii } from "../support/virtual-service.js";

/** What of the platform a connection uses. */
type Network = Pick<Platform, "clock" | "connect" | "resolve" | "timer">;

export class RigSocket implements TCP {
  readonly options: TCPOptions;
  /** All that was written. */
  text = "";
  writes = 0;
  isClosed = false;
  /** Makes `write` throw, as when the peer has ended. */
  writeFails = false;
  /** Called with each request that was written. */
  onRequest: (text: string) => void = () => undefined;
  #unread: Uint8Array = new Uint8Array(0);

  constructor(options: TCPOptions) {
    this.options = options;
  }

  read(buffer: Uint8Array): number {
    assert.ok(!this.isClosed, "read after close");
    assert.ok(buffer.length <= this.#unread.length, "asked for more than is unread");
    buffer.set(this.#unread.subarray(0, buffer.length));
    this.#unread = this.#unread.subarray(buffer.length);
    return buffer.length;
  }

  write(buffer: Uint8Array): void {
    assert.ok(!this.isClosed, "write after close");
    if (this.writeFails) throw new Error("not ready");
    this.writes += 1;
    const text = String.fromCharCode(...buffer);
    this.text += text;
    this.onRequest(text);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Connected; `byteLength` bytes may be written. */
  writable(byteLength = 5744): void {
    this.options.onWritable(byteLength);
  }

  /** Text stands for its bytes, one a character. */
  receive(content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? ascii(content) : content;
    const all = new Uint8Array(this.#unread.length + bytes.length);
    all.set(this.#unread);
    all.set(bytes, this.#unread.length);
    this.#unread = all;
    this.options.onReadable(all.length);
  }

  /** The end of the stream, or a reset. */
  end(): void {
    this.options.onError();
  }

  /** Targets of the requests written, in their order. */
  get targets(): string[] {
    return this.text
      .split("\r\n")
      .map((line) => line.split(" "))
      .filter(([, , version]) => version === "HTTP/1.1")
      .map(([, target]) => target ?? "");
  }
}

export class SocketRig {
  readonly time = new VirtualTime();
  readonly sockets: RigSocket[] = [];
  /** Resolutions that wait for the test; undefined: each is answered in the next turn. */
  resolutions: ((address: string | undefined) => void)[] | undefined;
  connectFails = false;
  /** Called with each socket, before it is connected. */
  onSocket: (socket: RigSocket) => void = () => undefined;

  readonly network: Network = {
    clock: () => this.time.nowMs,
    connect: (options) => {
      if (this.connectFails) throw new Error("invalid address");
      const socket = new RigSocket(options);
      this.sockets.push(socket);
      this.onSocket(socket);
      return socket;
    },
    resolve: (_host, onResolved) => {
      if (this.resolutions !== undefined) this.resolutions.push(onResolved);
      else this.time.schedule(() => onResolved("10.0.0.1"), 0);
    },
    timer: {
      set: (callback, delayMs) => this.time.schedule(callback, delayMs),
      clear: (handle) => {
        if (typeof handle === "object") this.time.cancel(handle);
      },
    },
  };

  /** Lets `forMs` pass. */
  pass(forMs: number): void {
    this.time.runUntil(() => false, this.time.nowMs + forMs);
  }

  /** The socket opened last. */
  get socket(): RigSocket {
    const socket = this.sockets.at(-1);
    assert.ok(socket, "no socket was opened");
    return socket;
  }
}

/** A 200 with this body. */
export function ok(body: string, ...fields: string[]): string {
  const lines = [`HTTP/1.1 200 OK`, `Content-Length: ${body.length}`, ...fields];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
