// The listening socket: node:http with every time and size bounded, one Connection per socket.
//
// What node:http would answer by itself (a missing Host, garbage, a slow head) is answered here,
// because its own answers have other heads than reply.ts's.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Connection } from "./connection.js";
import type { Exchange } from "./connection.js";
import { Refusal, ServiceError } from "./errors.js";
import type { RefusalCode } from "./errors.js";
import type { ServiceLimits } from "./limits.js";
import { rawRefusal } from "./reply.js";

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits: ServiceLimits;
  /** See ConnectionOptions. */
  readonly requestsMax: number;
  readonly date: () => string;
  readonly answer: (exchange: Exchange, isLast: () => boolean) => Promise<void>;
}

export class Listener {
  readonly #connections = new Map<Duplex, Connection>();

  private constructor(
    private readonly server: Server,
    private readonly options: ListenerOptions,
  ) {
    server.on("connection", (socket) => {
      this.#connect(socket);
    });
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
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return address;
  }

  /** Takes no connection any more, and ends those there are after the replies in flight. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    for (const connection of this.#connections.values()) connection.close();
    const deadline = setTimeout(() => {
      this.server.closeAllConnections();
    }, this.options.limits.closeTimeMs);
    await closed;
    clearTimeout(deadline);
  }

  #connect(socket: Socket): void {
    const { limits, requestsMax, date, answer } = this.options;
    if (this.#connections.size >= limits.connectionsMax) {
      socket.end(rawRefusal("overloaded", date()));
      socket.destroySoon();
      return;
    }
    this.#connections.set(socket, new Connection(socket, { limits, requestsMax, date, answer }));
    socket.once("close", () => {
      this.#connections.delete(socket);
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
    const place = `port ${String(port)} of ${host}`;
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
