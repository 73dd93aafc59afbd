// TCP between chips and servers in one process, on virtual time. It offers what the chip offers
// and no more: a window of unread bytes, `onReadable` only when new bytes came, `onError` for end
// and reset alike and only after the last unread byte, callbacks never from inside a method.

import { isIPv4 } from "node:net";
import type { Resolve } from "../../src/ports/resolve.js";
import type { Connect, TCP, TCPOptions } from "../../src/ports/tcp.js";
import type { VirtualTime } from "./virtual-time.js";
import type { Scheduled, World } from "./world.js";

/** The server's end of one connection. */
export interface PeerSocket {
  /** Queues bytes to the chip. Ignored once the connection is over. */
  send(bytes: Uint8Array): void;
  /** Ends in good order, after what was sent. The chip's bytes still come. */
  end(): void;
  /** Breaks the connection: what is on its way, or waits for room in the chip's window, is lost. */
  reset(): void;
}

/** What a server does with one connection. */
export interface PeerHandler {
  onBytes(bytes: Uint8Array): void;
  /** The chip closed, or lost power. */
  onClosed?(): void;
}

export type Accept = (socket: PeerSocket) => PeerHandler;

export interface VirtualNetworkOptions {
  /** One way. */
  readonly latencyMs?: number;
  /** Unread bytes a socket holds, as lwIP on the ESP32. */
  readonly windowBytes?: number;
}

export class VirtualNetwork implements World {
  readonly time: VirtualTime;
  readonly latencyMs: number;
  readonly windowBytes: number;
  /** Host names and their addresses. */
  readonly names = new Map<string, string>();
  connections = 0;
  readonly #listeners = new Map<string, Accept>();

  constructor(time: VirtualTime, options: VirtualNetworkOptions = {}) {
    this.time = time;
    this.latencyMs = options.latencyMs ?? 1;
    this.windowBytes = options.windowBytes ?? 5744;
  }

  /** Whoever connects to `address:port` from now on meets `accept`; undefined: is refused. */
  listen(address: string, port: number, accept: Accept | undefined): void {
    const key = `${address}:${port}`;
    if (accept === undefined) this.#listeners.delete(key);
    else this.#listeners.set(key, accept);
  }

  acceptorOf(address: string, port: number): Accept | undefined {
    return this.#listeners.get(`${address}:${port}`);
  }

  nowMs(): number {
    return this.time.nowMs;
  }

  schedule(callback: () => void, delayMs: number): Scheduled {
    return this.time.schedule(callback, delayMs);
  }

  cancel(scheduled: Scheduled): void {
    this.time.cancel(scheduled);
  }

  readonly resolve: Resolve = (host, onResolved) => {
    this.time.schedule(() => {
      onResolved(isIPv4(host) ? host : this.names.get(host));
    }, this.latencyMs);
  };

  readonly connect: Connect = (options) => {
    if (!isIPv4(options.address)) throw new Error("invalid address");
    return new VirtualSocket(this, options);
  };
}

class VirtualSocket implements TCP {
  readonly #network: VirtualNetwork;
  readonly #options: TCPOptions;
  #handler: PeerHandler | undefined;
  /** By the peer, which hears nothing more from then on. */
  #isReset = false;
  /** Bytes the chip may read now, and bytes that wait for room in the window. */
  #unread: Uint8Array = new Uint8Array(0);
  #queued: Uint8Array = new Uint8Array(0);
  #unsentBytes = 0;
  #state: "connecting" | "open" | "ended" | "over" | "closed" = "connecting";
  #delivering = false;

  constructor(network: VirtualNetwork, options: TCPOptions) {
    this.#network = network;
    this.#options = options;
    network.connections += 1;
    this.#later(() => {
      this.#arrive();
    }, 2 * network.latencyMs);
  }

  read(buffer: Uint8Array): number {
    this.#refuseClosed();
    if (buffer.length > this.#unread.length) throw new Error("invalid: more than is unread");
    buffer.set(this.#unread.subarray(0, buffer.length));
    this.#unread = this.#unread.subarray(buffer.length);
    this.#fill();
    return buffer.length;
  }

  write(buffer: Uint8Array): void {
    this.#refuseClosed();
    if (this.#state !== "open") throw new Error("not ready");
    if (buffer.length > this.#network.windowBytes - this.#unsentBytes) {
      throw new Error("would block");
    }
    const copy = new Uint8Array(buffer); // `slice` of a Buffer would be a view.
    this.#unsentBytes += copy.length;
    this.#tellPeer((handler) => {
      handler.onBytes(copy);
    });
    this.#later(() => {
      this.#unsentBytes -= copy.length;
      if (this.#state === "open") {
        this.#options.onWritable(this.#network.windowBytes - this.#unsentBytes);
      }
    }, 2 * this.#network.latencyMs);
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#tellPeer((handler) => handler.onClosed?.());
  }

  #refuseClosed(): void {
    if (this.#state === "closed") throw new Error("the socket is closed");
  }

  #arrive(): void {
    const accept = this.#network.acceptorOf(this.#options.address, this.#options.port);
    if (accept === undefined) {
      this.#state = "over";
      this.#options.onError();
      return;
    }
    this.#state = "open";
    this.#handler = accept({
      send: (bytes) => {
        const copy = new Uint8Array(bytes);
        this.#later(() => {
          this.#receive(copy);
        }, this.#network.latencyMs);
      },
      end: () => {
        this.#later(() => {
          if (this.#state !== "open") return;
          this.#state = "ended";
          this.#fill();
        }, this.#network.latencyMs);
      },
      reset: () => {
        this.#isReset = true;
        this.#later(() => {
          if (this.#state === "over") return;
          this.#queued = new Uint8Array(0);
          this.#state = "ended";
          this.#fill();
        }, this.#network.latencyMs);
      },
    });
    this.#options.onWritable(this.#network.windowBytes);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#queued = concatenate(this.#queued, bytes);
    this.#fill();
  }

  /** Moves queued bytes into the window, or tells the end, in a turn of its own. */
  #fill(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    this.#later(() => {
      this.#delivering = false;
      this.#deliver();
    }, 0);
  }

  #deliver(): void {
    const room = this.#network.windowBytes - this.#unread.length;
    const moved = this.#queued.subarray(0, room);
    if (moved.length > 0) {
      this.#queued = this.#queued.subarray(moved.length);
      this.#unread = concatenate(this.#unread, moved);
      this.#options.onReadable(this.#unread.length);
    } else if (this.#state === "ended" && this.#unread.length === 0) {
      this.#state = "over";
      this.#options.onError();
    }
    // What is left waits for the chip: `read` makes room, and uncovers the end.
  }

  /** What is on the wire stays there: neither `close` nor a power cut takes it back. */
  #tellPeer(tell: (handler: PeerHandler) => void): void {
    this.#network.time.schedule(() => {
      if (this.#handler !== undefined && !this.#isReset) tell(this.#handler);
    }, this.#network.latencyMs);
  }

  /** A callback that finds the socket closed is dropped. */
  #later(callback: () => void, delayMs: number): void {
    this.#network.time.schedule(() => {
      if (this.#state !== "closed") callback();
    }, delayMs);
  }
}

function concatenate(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
