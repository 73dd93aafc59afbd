// The listening socket: node:http with every time and size bounded, one pipeline per socket.
//
// What node:http would answer by itself (a missing Host, garbage, a slow head) is answered here,
// because its own answers have other heads than reply.ts's.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Pipeline, type Exchange } from "./pipeline.js";
import { AddressCount } from "./address-count.js";
import { Refusal, type RefusalCode, ServiceError } from "../errors.js";
import type { ServiceLimits } from "../limits.js";
import { type Endpoints, readProxyLine } from "./proxy-line.js";
import { rawRefusal } from "./reply.js";

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits: ServiceLimits;
  /** See PipelineOptions. */
  readonly requestsMax: number;
  /** Each connection begins with a line of the PROXY protocol. */
  readonly isProxied: boolean;
  readonly date: () => string;
  readonly answer: (exchange: Exchange, isLast: () => boolean) => Promise<void>;
}

export class Listener {
  readonly #server: Server;
  readonly #options: ListenerOptions;
  readonly #connections = new Map<Duplex, Pipeline>();
  readonly #keyless = new AddressCount();
  /** Connections whose proxy has not said yet whose they are. */
  readonly #announcing = new Set<Socket>();

  private constructor(server: Server, options: ListenerOptions) {
    this.#server = server;
    this.#options = options;
    if (options.isProxied) this.#connectProxied();
    else {
      server.on("connection", (socket) => {
        this.#connect(socket, socket);
      });
    }
    const accept = (incoming: IncomingMessage, response: ServerResponse): void => {
      this.#connections.get(incoming.socket)?.accept(incoming, response);
    };
    // An Expect that is not understood is ignored like any other header (S-04).
    server.on("request", accept).on("checkExpectation", accept);
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      this.#connections.get(socket)?.refuse(new Refusal(refusalCode(error)));
    });
  }

  /** Throws ServiceError `port-in-use` or `cannot-listen`. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const { host, port, limits } = options;
    const server = createServer({
      maxHeaderSize: limits.headBytesMax,
      headersTimeout: limits.headTimeMs,
      requestTimeout: limits.requestTimeMs,
      keepAliveTimeout: limits.keepAliveTimeMs,
      connectionsCheckingInterval: limits.timeCheckIntervalMs,
      requireHostHeader: false,
    });
    server.timeout = limits.stallTimeMs;
    // A client may shut its side down once its request is out; node:http would hang up on it.
    Object.assign(server, { httpAllowHalfOpen: true });
    const listener = new Listener(server, options);
    await listen(server, host, port);
    return listener;
  }

  get address(): AddressInfo {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return address;
  }

  /** Takes no connection any more, and ends those there are after the replies in flight. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const socket of this.#announcing) socket.destroy();
    for (const connection of this.#connections.values()) connection.close();
    const deadline = setTimeout(() => {
      this.#server.closeAllConnections();
    }, this.#options.limits.closeTimeMs);
    await closed;
    clearTimeout(deadline);
  }

  /** Reads the proxy's line before node:http gets the connection. */
  #connectProxied(): void {
    const server = this.#server;
    const options = this.#options;
    const takers = server.listeners("connection");
    server.removeAllListeners("connection").on("connection", (socket) => {
      if (this.#isFull()) {
        this.#connect(socket, socket);
        return;
      }
      this.#announcing.add(socket);
      void readProxyLine(socket, options.limits.headTimeMs).then((line) => {
        this.#announcing.delete(socket);
        if (line === undefined) {
          socket.destroy();
          return;
        }
        for (const take of takers) take.call(server, socket);
        this.#connect(socket, line === "unknown" ? socket : line);
      });
    });
  }

  #isFull(): boolean {
    return this.#connections.size + this.#announcing.size >= this.#options.limits.connectionsMax;
  }

  #connect(socket: Socket, endpoints: Endpoints): void {
    const { limits, requestsMax, date, answer } = this.#options;
    const address = endpoints.remoteAddress ?? "";
    if (this.#isFull() || this.#keyless.of(address) >= limits.keylessPerAddressMax) {
      socket.end(rawRefusal("overloaded", date()));
      socket.destroySoon();
      return;
    }
    const onKey = this.#keyless.add(address);
    const options = { limits, requestsMax, date, answer, endpoints, onKey };
    this.#connections.set(socket, new Pipeline(socket, options));
    socket.once("close", () => {
      this.#connections.delete(socket);
      onKey();
    });
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    const place = `port ${port} of ${host}`;
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw isTaken
      ? new ServiceError("port-in-use", `${place} is in use`, { cause: error })
      : new ServiceError("cannot-listen", `cannot listen on ${place}: ${String(error)}`, {
          cause: error,
        });
  }
}

function refusalCode({ code }: NodeJS.ErrnoException): RefusalCode {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return "head-too-large";
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "timed-out";
    default:
      return "malformed-request";
  }
}
