// A TCP socket that writes down what its host calls, and fails where a host calls from inside a
// method: the port promises callbacks in turns of their own.

import assert from "node:assert/strict";
import type { Connect, TCP } from "../../src/ports/tcp.js";

export type TcpEvent = "writable" | "readable" | "error";

export class TcpRecorder {
  /** In their order, with the count announced: "writable 5744", "readable 100", "error". */
  readonly events: string[] = [];
  /** Called within each callback, after it was written down. */
  react: (event: TcpEvent) => void = () => undefined;
  /** As last announced, less what was read or written since. */
  unreadBytes = 0;
  writableBytes = 0;
  #received: Buffer[] = [];
  #inMethod = false;
  readonly #socket: TCP;

  constructor(connect: Connect, peer: { readonly address: string; readonly port: number }) {
    this.#socket = this.#call(() =>
      connect({
        address: peer.address,
        port: peer.port,
        onReadable: (byteLength) => {
          this.unreadBytes = byteLength;
          this.#tell("readable", ` ${byteLength}`);
        },
        onWritable: (byteLength) => {
          this.writableBytes = byteLength;
          this.#tell("writable", ` ${byteLength}`);
        },
        onError: () => {
          this.#tell("error");
        },
      }),
    );
  }

  /** What was read so far. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  has(event: TcpEvent): boolean {
    return this.events.some((one) => one.startsWith(event));
  }

  /** Reads `byteLength` bytes; all that are unread if absent. */
  read(byteLength: number = this.unreadBytes): Buffer {
    const buffer = Buffer.alloc(byteLength);
    assert.equal(
      this.#call(() => this.#socket.read(buffer)),
      byteLength,
    );
    this.unreadBytes -= byteLength;
    this.#received.push(buffer);
    return buffer;
  }

  write(bytes: Uint8Array): void {
    this.#call(() => {
      this.#socket.write(bytes);
    });
    this.writableBytes -= bytes.length;
  }

  close(): void {
    this.#call(() => {
      this.#socket.close();
    });
  }

  #call<Result>(method: () => Result): Result {
    this.#inMethod = true;
    try {
      return method();
    } finally {
      this.#inMethod = false;
    }
  }

  #tell(event: TcpEvent, count = ""): void {
    assert.equal(this.#inMethod, false, `${event} was called from inside a method`);
    this.events.push(`${event}${count}`);
    this.react(event);
  }
}
