// A real TCP server on the loopback, whose side of each connection a test drives by hand.

import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { RigPeer } from "./tcp-rig.js";

export class LoopbackPeer implements RigPeer {
  readonly socket: Socket;
  readonly #pieces: Buffer[] = [];
  /** The other side has ended in good order. */
  hasEnded = false;
  /** The other side, or the way to it, broke. */
  hasBroken = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => this.#pieces.push(bytes));
    socket.on("end", () => (this.hasEnded = true));
    socket.on("error", () => (this.hasBroken = true));
  }

  received(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  closed(): boolean {
    return this.hasEnded || this.hasBroken;
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

export class LoopbackServer {
  readonly address = "127.0.0.1";
  readonly port: number;
  readonly peers: LoopbackPeer[] = [];
  /** Called with each new connection. */
  onPeer: (peer: LoopbackPeer) => void = () => undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket) => {
      const peer = new LoopbackPeer(socket);
      this.peers.push(peer);
      this.onPeer(peer);
    });
  }

  /** Listens on a free port, or on `port`. */
  static async open(port = 0): Promise<LoopbackServer> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new LoopbackServer(server);
  }

  /** A port where nobody listens: one that was free a moment ago. */
  static async unusedPort(): Promise<number> {
    const server = await LoopbackServer.open();
    await server.close();
    return server.port;
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Real time passes until `done`; rejects after two seconds. */
export async function until(done: () => boolean): Promise<void> {
  const limitMs = performance.now() + 2000;
  while (!done()) {
    if (performance.now() > limitMs) throw new Error("it did not happen");
    await passMs(1);
  }
}

export function passMs(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
