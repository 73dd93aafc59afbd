// The network between a device and a server, on loopback: passes bytes, ends and resets on with a
// latency and a bandwidth, and counts what the server sends. It changes nothing; what it cannot
// read, it still passes on. A server that cannot be reached is a connection reset.

import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { RemoteProtocolError } from "../../src/http/protocol-error.js";
import { ResponseReader } from "../../src/http/response-reader.js";

export interface LinkOptions {
  readonly serverHost: string;
  readonly serverPort: number;
  /** One way. */
  readonly latencyMs?: number;
  /** Bytes per second, each way. */
  readonly bandwidthBytes?: number;
}

export class Link {
  readonly port: number;
  connections = 0;
  /** Body bytes of partial contents (206) that the server sent, whether or not they arrived. */
  rangeBytesSent = 0;
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
    new Direction(device, server, options);
    new Direction(server, device, options, this.#counter());
    for (const socket of [device, server]) {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    }
  }

  /** Reads the server's answers along, to tell bodies from heads. */
  #counter(): (bytes: Uint8Array) => void {
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
          else if (event.type === "body" && isRange) this.rangeBytesSent += event.bytes.length;
          else if (event.type === "end") reader.expect("GET");
        }
      } catch (error) {
        if (!(error instanceof RemoteProtocolError)) throw error;
        isLegible = false;
      }
    };
  }
}

/** What a direction holds before it takes no more from its sender. */
const heldBytesMax = 65_536;
/** What travels as one: as much as an Ethernet frame carries. */
const segmentBytes = 1460;

/** Bytes, or how the stream ends. */
type Piece = Buffer | "end" | "reset";

/** One direction: pieces arrive in their order, each when latency and bandwidth let it. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #latencyMs: number;
  readonly #bandwidthBytes: number;
  readonly #held: { readonly piece: Piece; readonly dueMs: number }[] = [];
  #heldBytes = 0;
  /** When the line will have carried all that was put on it. */
  #freeAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, options: LinkOptions, count?: (bytes: Uint8Array) => void) {
    this.#from = from;
    this.#to = to;
    this.#latencyMs = options.latencyMs ?? 0;
    this.#bandwidthBytes = options.bandwidthBytes ?? Infinity;
    from.on("data", (bytes: Buffer) => {
      count?.(bytes);
      for (let at = 0; at < bytes.length; at += segmentBytes) {
        this.#hold(bytes.subarray(at, at + segmentBytes));
      }
      this.#release();
    });
    for (const [event, piece] of [
      ["end", "end"],
      ["error", "reset"],
    ] as const) {
      from.on(event, () => {
        this.#hold(piece);
        this.#release();
      });
    }
    to.on("drain", () => {
      this.#release();
    });
    to.on("close", () => {
      clearTimeout(this.#timer);
    });
  }

  #hold(piece: Piece): void {
    const byteLength = lengthOf(piece);
    const carryMs = (byteLength / this.#bandwidthBytes) * 1000;
    this.#freeAtMs = Math.max(this.#freeAtMs, performance.now()) + carryMs;
    this.#held.push({ piece, dueMs: this.#freeAtMs + this.#latencyMs });
    this.#heldBytes += byteLength;
    if (this.#heldBytes >= heldBytesMax) this.#from.pause();
  }

  /** Passes on what is due, as far as the receiver takes it. */
  #release(): void {
    clearTimeout(this.#timer);
    for (let [next] = this.#held; next !== undefined; [next] = this.#held) {
      if (this.#to.destroyed || this.#to.writableNeedDrain) return;
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#release();
        }, Math.ceil(waitMs));
        return;
      }
      this.#held.shift();
      this.#heldBytes -= lengthOf(next.piece);
      this.#pass(next.piece);
      if (this.#heldBytes < heldBytesMax) this.#from.resume();
    }
  }

  #pass(piece: Piece): void {
    if (piece === "end") this.#to.end();
    else if (piece === "reset") this.#to.resetAndDestroy();
    else this.#to.write(piece);
  }
}

function lengthOf(piece: Piece): number {
  return typeof piece === "string" ? 0 : piece.length;
}
