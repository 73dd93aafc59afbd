// The network between a device and a server, on loopback: passes bytes, ends and resets on as a line
// with latency, bandwidth, jitter and losses does, within the device's receive window. It counts
// what the server sends and notes when; it changes nothing. What it cannot read, it still passes
// on. A server that cannot be reached is a connection reset.

import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { Direction } from "./link-direction.js";
import { RemoteProtocolError } from "../../src/http/protocol-error.js";
import { ResponseReader } from "../../src/http/response-reader.js";

export interface LinkOptions {
  readonly serverHost: string;
  readonly serverPort: number;
  /** One way, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Bytes per second, each way. Default: no limit. */
  readonly bandwidthBytes?: number;
  /** The device's receive window, in bytes. Default: no limit. */
  readonly windowBytes?: number;
  /** Bytes that the device has read so far. Default: it reads what arrives. */
  readonly bytesRead?: () => number;
  /** Up to so many milliseconds more for each segment from the server. Default 0. */
  readonly jitterMs?: number;
  /** Of so many segments from the server one is lost and sent again. Default: none. */
  readonly lossEvery?: number;
  /** Values in [0, 1) for jitter and losses. Default: Math.random. */
  readonly random?: () => number;
}

export class Link {
  readonly port: number;
  connections = 0;
  /** Body bytes of partial contents (206) that the server sent, whether or not they arrived. */
  rangeBytesSent = 0;
  /** When the device asked for the first range, and when the last byte of one arrived there. */
  firstRangeMs: number | undefined;
  lastRangeByteMs: number | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, options: LinkOptions) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (device) => {
      this.#join(device, options);
    });
  }

  /** Listens on a free port of the loopback. */
  static async open(options: LinkOptions): Promise<Link> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return new Link(server, options);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #join(device: Socket, options: LinkOptions): void {
    this.connections += 1;
    const server = connect({
      host: options.serverHost,
      port: options.serverPort,
      noDelay: true,
      allowHalfOpen: true,
    });
    const { latencyMs = 0, bandwidthBytes = Infinity } = options;
    const onRequest = (bytes: Uint8Array): void => this.#noteRequest(bytes);
    new Direction(device, server, { latencyMs, bandwidthBytes, onSent: onRequest });
    const onSent = watchRanges((count) => (this.rangeBytesSent += count));
    const onArrived = watchRanges(() => (this.lastRangeByteMs = performance.now()));
    new Direction(server, device, { ...options, onSent, onArrived });
    for (const socket of [device, server]) {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    }
  }

  #noteRequest(bytes: Uint8Array): void {
    if (this.firstRangeMs !== undefined) return;
    if (/^range:/im.test(Buffer.from(bytes).toString("latin1"))) {
      this.firstRangeMs = performance.now();
    }
  }
}

/** Reads a server's answers along, to tell bodies of partial contents (206) from all else. */
function watchRanges(onBytes: (count: number) => void): (bytes: Uint8Array) => void {
  const reader = new ResponseReader();
  let isRange = false;
  let isLegible = true;
  reader.expect("GET");
  return (bytes) => {
    if (!isLegible) return;
    try {
      reader.receive(bytes);
      for (let event = reader.next(); event !== undefined; event = reader.next()) {
        if (event.type === "head") isRange = event.head.status === 206;
        else if (event.type === "body" && isRange) onBytes(event.bytes.length);
        else if (event.type === "end") reader.expect("GET");
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      isLegible = false;
    }
  };
}
