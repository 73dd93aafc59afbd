// The Provision service: opens the data, listens, and answers until it is closed.

import { Admin } from "./admin.js";
import { nowSeconds, type Clock } from "./clock.js";
import { activationWindowSecondsDefault, serviceLimits, type ServiceLimits } from "./limits.js";
import { Listener } from "./http/listener.js";
import { type ReplyRecord, Responder } from "./responder.js";
import { openStorage } from "./stores/storage.js";

/** Rules that can be set; all have the defaults of the API. */
interface ServiceRules {
  /** The master key, 64 hexadecimal digits; default: PROVISION_KEY, or else the key file. */
  readonly key?: string;
  readonly activationWindowSeconds?: number;
  /** A content may be uploaded anew, with a new time (S-44). Default: once only. */
  readonly replaceContent?: boolean;
  /** What `/ip` tells; default: the address and port that the request came to (S-56). */
  readonly advertised?: { readonly address: string; readonly port: number };
  /** Requests answered on one connection, the last one with Close (S-09). Default: any number. */
  readonly maxRequestsPerConnection?: number;
  /** Connections come through a proxy that begins each with a line of the PROXY protocol. */
  readonly proxyProtocol?: boolean;
  readonly limits?: Partial<ServiceLimits>;
}

export interface ServiceOptions {
  /** Holds the key file, and the database unless it is elsewhere; made if it is not there. */
  readonly dataDirectory: string;
  /** postgres://... of a database that any number of services share. Default: a SQLite file. */
  readonly database?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: Date.now. */
  readonly clock?: Clock;
  /** Told of internal errors, with their stacks. */
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
    database: url,
    port,
    host = "127.0.0.1",
    clock = Date.now,
    options: rules = {},
  } = options;
  const limits = { ...serviceLimits, ...rules.limits };
  const key = rules.key ?? process.env["PROVISION_KEY"];
  const storage = await openStorage({ dataDirectory, url }, key);
  try {
    // An upload takes no longer than a request: what is older was broken off by a crash.
    await storage.blobs.sweep(nowSeconds(clock) - limits.requestTimeMs / 1000);
    const { activationWindowSeconds = activationWindowSecondsDefault, advertised } = rules;
    const replacesContent = rules.replaceContent ?? false;
    const responder = new Responder(
      { ...storage, clock, limits, activationWindowSeconds, replacesContent, advertised },
      options,
    );
    const listener = await Listener.open({
      host,
      port,
      limits,
      requestsMax: rules.maxRequestsPerConnection ?? 0,
      isProxied: rules.proxyProtocol ?? false,
      date: () => responder.date(),
      answer: (exchange, isLast) => responder.answer(exchange, isLast),
    });
    const close = async (): Promise<void> => {
      await listener.close();
      await responder.settled();
      await storage.database.destroy();
    };
    let closing: Promise<void> | undefined;
    return {
      address: listener.address.address,
      port: listener.address.port,
      admin: new Admin(storage, clock),
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await storage.database.destroy();
    throw error;
  }
}
