// A foreign peer: Node's own HTTP server on loopback, and a raw socket to it that feeds a
// ResponseReader with whatever the kernel delivers.

import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { writeRequest, type HttpRequest } from "../../src/http/request-writer.js";
import { ResponseReader, type RequestMethod } from "../../src/http/response-reader.js";
import { EventLog } from "./event-log.js";

export class NodeServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(listener: RequestListener): Promise<NodeServer> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new NodeServer(server);
  }

  async connect(): Promise<NodeClient> {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    const socket = connect(address.port, address.address);
    await once(socket, "connect");
    return new NodeClient(socket);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

export class NodeClient {
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(request: HttpRequest): void {
    this.#reader.expect(request.method);
    this.#socket.write(writeRequest(request));
  }

  /** For what `writeRequest` does not write. */
  sendText(method: RequestMethod, text: string): void {
    this.#reader.expect(method);
    this.#socket.write(text);
  }

  /** The log of the next `count` answers; see event-log.ts. Date and Server are not in it. */
  async receive(count: number): Promise<string> {
    const log = new EventLog();
    let remaining = count;
    const drain = (): boolean => {
      for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
        log.add(event);
        if (event.type === "end" && --remaining === 0) return true;
      }
      return false;
    };
    if (drain()) return log.toString();
    return new Promise((resolve, reject) => {
      const take = (feed: () => void): void => {
        try {
          feed();
          if (drain()) resolve(log.toString());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.#socket.removeAllListeners("data").removeAllListeners("end");
      this.#socket.on("data", (bytes) => {
        take(() => {
          this.#reader.receive(bytes);
        });
      });
      this.#socket.on("end", () => {
        take(() => {
          this.#reader.receiveEnd();
        });
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
