// The real world as a chip in a Node process sees it: timers, name resolution, TCP over node:net
// with the chip's window.

import { lookup } from "node:dns";
import { createConnection, isIPv4, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { Resolve } from "../../src/ports/resolve.js";
import type { Connect, TCP, TCPOptions } from "../../src/ports/tcp.js";
import type { Scheduled, World } from "./world.js";

const windowBytesDefault = 5744;
/** What Node's timers can count; a longer delay would be none. */
const timerMsMax = 0x7fffffff;

interface NodeTimer {
  timeout?: NodeJS.Timeout;
}

export class NodeWorld implements World {
  readonly #windowBytes: number;
  readonly #timers = new Set<NodeTimer>();

  constructor(windowBytes = windowBytesDefault) {
    this.#windowBytes = windowBytes;
  }

  nowMs(): number {
    return Math.floor(performance.now());
  }

  schedule(callback: () => void, delayMs: number): Scheduled {
    const timer: NodeTimer = {};
    const wait = (leftMs: number): void => {
      timer.timeout = setTimeout(
        () => {
          if (leftMs > timerMsMax) {
            wait(leftMs - timerMsMax);
            return;
          }
          this.#timers.delete(timer);
          callback();
        },
        Math.min(leftMs, timerMsMax),
      );
    };
    this.#timers.add(timer);
    wait(delayMs);
    return timer;
  }

  cancel(scheduled: Scheduled): void {
    const timer: NodeTimer = scheduled;
    clearTimeout(timer.timeout);
    this.#timers.delete(timer);
  }

  /** Ends all timers, so that the process can end. */
  close(): void {
    for (const { timeout } of this.#timers) clearTimeout(timeout);
    this.#timers.clear();
  }

  readonly resolve: Resolve = (host, onResolved) => {
    lookup(host, { family: 4 }, (_error, address) => {
      onResolved(isIPv4(address) ? address : undefined);
    });
  };

  readonly connect: Connect = (options) => {
    if (!isIPv4(options.address)) throw new Error("invalid address");
    return new NodeSocket(options, this.#windowBytes);
  };
}

class NodeSocket implements TCP {
  readonly #options: TCPOptions;
  readonly #windowBytes: number;
  readonly #socket: Socket;
  #unread: Buffer = Buffer.alloc(0);
  #unsentBytes = 0;
  #state: "connecting" | "open" | "ended" | "over" | "closed" = "connecting";

  constructor(options: TCPOptions, windowBytes: number) {
    this.#options = options;
    this.#windowBytes = windowBytes;
    this.#socket = createConnection({
      host: options.address,
      port: options.port,
      noDelay: true,
    });
    this.#socket.on("connect", () => {
      if (this.#state !== "connecting") return;
      this.#state = "open";
      options.onWritable(windowBytes);
    });
    this.#socket.on("readable", () => {
      this.#fill();
    });
    for (const end of ["end", "error", "close"]) {
      this.#socket.on(end, () => {
        this.#finish();
      });
    }
  }

  read(buffer: Uint8Array): number {
    this.#refuseClosed();
    if (buffer.length > this.#unread.length) throw new Error("invalid: more than is unread");
    this.#unread.copy(buffer);
    this.#unread = this.#unread.subarray(buffer.length);
    setImmediate(() => {
      this.#fill();
    });
    return buffer.length;
  }

  write(buffer: Uint8Array): void {
    this.#refuseClosed();
    if (this.#state !== "open") throw new Error("not ready");
    if (buffer.length > this.#windowBytes - this.#unsentBytes) throw new Error("would block");
    // Counted here: the system takes more, and at once.
    this.#unsentBytes += buffer.length;
    const copy = new Uint8Array(buffer); // `slice` of a Buffer would be a view.
    this.#socket.write(copy, (error) => {
      this.#unsentBytes -= copy.length;
      if (this.#state !== "open" || error) return;
      this.#options.onWritable(this.#windowBytes - this.#unsentBytes);
    });
  }

  close(): void {
    this.#state = "closed";
    this.#socket.destroy();
  }

  #refuseClosed(): void {
    if (this.#state === "closed") throw new Error("the socket is closed");
  }

  /** Moves what the socket holds into the window, as far as there is room. */
  #fill(): void {
    if (this.#state !== "open" && this.#state !== "ended") return;
    const room = this.#windowBytes - this.#unread.length;
    const length = Math.min(room, this.#socket.readableLength);
    const bytes = length > 0 ? (this.#socket.read(length) as Buffer | null) : null;
    if (bytes !== null) {
      this.#unread = Buffer.concat([this.#unread, bytes]);
      this.#options.onReadable(this.#unread.length);
    } else if (this.#socket.readableLength === 0) {
      this.#socket.read(0); // Asks for more; tells the end if there is none.
    }
    this.#tellEnd();
  }

  #finish(): void {
    if (this.#state === "closed" || this.#state === "over") return;
    this.#state = "ended";
    this.#fill();
  }

  /** The end is told once, after the last unread byte. */
  #tellEnd(): void {
    if (this.#state !== "ended") return;
    if (this.#unread.length > 0 || this.#socket.readableLength > 0) return;
    this.#state = "over";
    this.#options.onError();
  }
}
