// The TCP port over the SDK's embedded:io/socket/tcp (lwIP).
//
// Two faults of the network reach the caller of the SDK as exceptions, and an exception that leaves
// a callback restarts the chip. Here they are reported as the port's contract says, by `onError`:
// - without a network, or out of sockets, the SDK's constructor throws;
// - when the peer's end is delivered together with data, a `write` from that `onReadable` throws
//   "not ready", although the count announced before allowed it.

import Socket from "embedded:io/socket/tcp";
import Timer from "timer";
import type { Connect, TCP, TCPOptions } from "../../src/ports/tcp.js";

class TcpSocket implements TCP {
  #socket: Socket | undefined;
  #writableBytes = 0;

  constructor(options: TCPOptions) {
    try {
      this.#socket = new Socket({
        address: options.address,
        port: options.port,
        // Requests are small and pipelined: none may wait for the last one's acknowledgement.
        nodelay: true,
        onReadable: options.onReadable,
        onWritable: (byteLength) => {
          this.#writableBytes = byteLength;
          options.onWritable(byteLength);
        },
        onError: () => {
          options.onError();
        },
      });
    } catch (error) {
      if (error instanceof Error && error.message === "invalid address") throw error;
      Timer.set(() => {
        options.onError();
      });
    }
  }

  read(buffer: Uint8Array): number {
    if (!this.#socket) throw new Error("not connected");
    this.#socket.read(buffer);
    return buffer.byteLength;
  }

  write(buffer: Uint8Array): void {
    if (buffer.byteLength > this.#writableBytes) {
      throw new Error(`asked to write ${buffer.byteLength} bytes, at most ${this.#writableBytes}`);
    }
    this.#writableBytes -= buffer.byteLength;
    try {
      this.#socket?.write(buffer);
    } catch {
      // The peer has ended. The bytes are lost, and `onError` is on its way.
    }
  }

  close(): void {
    this.#writableBytes = 0;
    this.#socket?.close();
    this.#socket = undefined;
  }
}

export const connect: Connect = (options) => new TcpSocket(options);
