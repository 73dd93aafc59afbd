// The Provision service: opens the data, listens, and answers until it is closed.

import { Admin } from "./admin.js";
import type { Api, Clock } from "./api.js";
import type { Exchange } from "./connection.js";
import { Dispatcher } from "./dispatcher.js";
import type { Outcome } from "./dispatcher.js";
import type { RefusalCode } from "./errors.js";
import { nowSeconds } from "./api.js";
import { activationWindowSecondsDefault, serviceLimits } from "./limits.js";
import type { ServiceLimits } from "./limits.js";
import { Listener } from "./listener.js";
import { procedures } from "./procedures.js";
import { send } from "./reply.js";
import { Request } from "./request.js";
import { Router } from "./router.js";
import { openStorage } from "./storage.js";

/** One reply, when it is out or its connection is gone. Holds no secret. */
export interface ReplyRecord {
  /** Of the API's 70; undefined for anything else, and for a request that got to none. */
  readonly procedure: number | undefined;
  readonly method: string;
  readonly target: string;
  readonly address: string;
  readonly status: number;
  /** Why, if the request was refused. */
  readonly code: RefusalCode | undefined;
  /** Body bytes that the kernel took; fewer than the body has if the peer went away. */
  readonly bodyBytesSent: number;
  readonly durationMs: number;
}

/** Rules that can be set; all have the defaults of the API. */
export interface ServiceRules {
  /** The master key, 64 hexadecimal digits; default: PROVISION_KEY, or else the key file. */
  readonly key?: string;
  readonly activationWindowSeconds?: number;
  /** Requests answered on one connection, the last one with Close (S-09). Default: any number. */
  readonly maxRequestsPerConnection?: number;
  readonly limits?: Partial<ServiceLimits>;
}

export interface ServiceOptions {
  /** Holds the database and the key file; made if it is not there. */
  readonly dataDirectory: string;
  /** 0: any free one. */
  readonly port: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: Date.now. */
  readonly clock?: Clock;
  /** Told of internal errors, one line each. */
  readonly log?: (line: string) => void;
  readonly onReply?: (record: ReplyRecord) => void;
  readonly options?: ServiceRules;
}

export interface Service {
  readonly address: string;
  readonly port: number;
  readonly admin: Admin;
  /** Ends after the replies in flight. May be called twice. */
  close(): Promise<void>;
}

/** Throws ServiceError if the data cannot be opened or the port cannot be had. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const {
    dataDirectory,
    port,
    host = "127.0.0.1",
    clock = Date.now,
    options: rules = {},
  } = options;
  const limits = { ...serviceLimits, ...rules.limits };
  const storage = await openStorage(dataDirectory, rules.key ?? process.env["PROVISION_KEY"]);
  try {
    // An upload takes no longer than a request: what is older was broken off by a crash.
    await storage.blobs.sweep(nowSeconds(clock) - limits.requestTimeMs / 1000);
    const { activationWindowSeconds = activationWindowSecondsDefault } = rules;
    const answering = new Answering(
      { ...storage, clock, limits, activationWindowSeconds },
      options,
    );
    const listener = await Listener.open({
      host,
      port,
      limits,
      requestsMax: rules.maxRequestsPerConnection ?? 0,
      date: () => answering.date(),
      answer: (exchange, isLast) => answering.answer(exchange, isLast),
    });
    let closing: Promise<void> | undefined;
    return {
      address: listener.address.address,
      port: listener.address.port,
      admin: new Admin(storage, clock),
      close: () => (closing ??= listener.close().then(() => storage.database.destroy())),
    };
  } catch (error) {
    await storage.database.destroy();
    throw error;
  }
}

/** Takes each request through the dispatcher and its reply to the wire, and tells of it. */
class Answering {
  readonly #dispatcher: Dispatcher;
  #second = 0;
  #date = "";

  constructor(
    private readonly api: Api,
    private readonly options: ServiceOptions,
  ) {
    this.#dispatcher = new Dispatcher(api, new Router(procedures), (error) => {
      this.#logError(error);
    });
  }

  /** RFC 9110 section 5.6.7. Made once a second. */
  date(): string {
    const second = nowSeconds(this.api.clock);
    if (second !== this.#second || this.#date === "") {
      this.#second = second;
      this.#date = new Date(second * 1000).toUTCString();
    }
    return this.#date;
  }

  /** Never rejects. */
  async answer({ incoming, response, body }: Exchange, isLast: () => boolean): Promise<void> {
    const startedAt = performance.now();
    const request = new Request(incoming, body);
    const outcome = await this.#dispatcher.dispatch(request);
    let bodyBytesSent = 0;
    response.once("close", () => {
      const durationMs = performance.now() - startedAt;
      this.options.onReply?.(record(request, outcome, bodyBytesSent, durationMs));
    });
    try {
      // Closing on bytes that still arrive would reset the connection, and the reply with it.
      if (isLast()) await body.discard(this.api.limits.discardTimeMs);
      await send(response, outcome.reply, {
        date: this.date(),
        isLast: isLast(),
        onSent(byteLength) {
          bodyBytesSent += byteLength;
        },
      });
    } catch (error) {
      this.#logError(error);
      response.destroy();
    }
  }

  #logError(error: unknown): void {
    this.options.log?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function record(
  request: Request,
  { procedure, reply, code }: Outcome,
  bodyBytesSent: number,
  durationMs: number,
): ReplyRecord {
  const { method, loggedTarget: target, address } = request;
  const number = procedure?.number;
  const { status } = reply;
  return { procedure: number, method, target, address, status, code, bodyBytesSent, durationMs };
}
