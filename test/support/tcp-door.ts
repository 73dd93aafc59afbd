// Opens a server of the virtual network on a real port of this machine, so that a simulated chip in
// a process of its own can meet it.

import { createServer, type Server, type Socket } from "node:net";
import type { Accept } from "../../hosts/node/virtual-network.js";

export class TcpDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly port: number;

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = port;
  }

  /** Rejects if no port is free. */
  static open(accept: Accept): Promise<TcpDoor> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      const handler = accept({
        send: (bytes) => {
          if (socket.writable) socket.write(bytes);
        },
        end: () => socket.end(),
        reset: () => socket.resetAndDestroy(),
      });
      socket.on("data", (bytes) => {
        handler.onBytes(bytes);
      });
      socket.on("error", () => undefined); // A chip without power resets what it had open.
      socket.on("close", () => {
        sockets.delete(socket);
        handler.onClosed?.();
      });
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") throw new Error("no port");
        resolve(new TcpDoor(server, address.port, sockets));
      });
    });
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}
