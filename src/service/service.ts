// The Provision service: opens the data, listens, and answers until it is closed.

import { Admin } from "./admin.js";
import { nowSeconds, type Clock } from "./clock.js";
import { activationWindowSecondsDefault, serviceLimits, type ServiceLimits } from "./limits.js";
import { Listener } from "./http/listener.js";
import { type ReplyRecord, Responder } from "./responder.js";
import { openStorage } from "./stores/storage.js";
import { Turns } from "./turns.js";

/** An IPv4 address and a port. */
export interface AdvertisedAddress {
  /** In dotted decimal. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Rules that can be set; the defaults are those of the API. */
export interface ServiceRules {
  /** The master key, 64 hexadecimal digits; default: PROVISION_KEY, or else the key file. */
  readonly key?: string;
  /** From enabling a serial to the last moment of its activation; default: 86,400, a day (S-28). */
  readonly activationWindowSeconds?: number;
  /** Lets a content be uploaded again, with a new time (S-44); default: false, once only. */
  readonly replaceContent?: boolean;
  /** What `/ip` answers; default: the address and port that the request came to (S-56). */
  readonly advertised?: AdvertisedAddress;
  /** Requests answered on one connection, the last with Close (S-09); default: 0, any number. */
  readonly maxRequestsPerConnection?: number;
  /**
   * A proxy begins each connection with a line of the PROXY protocol, version 1; default: false.
   */
  readonly proxyProtocol?: boolean;
  /** Bounds to set instead of `serviceLimits`, one by one. */
  readonly limits?: Partial<ServiceLimits>;
}

/** How a service is started. */
export interface ServiceOptions {
  /** The folder of the key file, and of SQLite's database; made if it does not exist. */
  readonly dataDirectory: string;
  /** postgres://... of a database that any number of services share; default: a SQLite file. */
  readonly database?: string | undefined;
  /** The TCP port to listen at, 0 to 65535; 0: any free one. */
  readonly port: number;
  /** The address to listen at; default: 127.0.0.1. */
  readonly host?: string;
  /** The service's time; default: Date.now. */
  readonly clock?: Clock;
  /** Called with each internal error and its stack, a line or several; default: nothing. */
  readonly log?: (line: string) => void;
  /** Called when a reply is out, or its connection gone; default: nothing. */
  readonly onReply?: (record: ReplyRecord) => void;
  /** What can be set of the API's rules and of the bounds; default: nothing. */
  readonly options?: ServiceRules;
}

/** A service that listens. */
export interface Service {
  /** The address at which it listens. */
  readonly address: string;
  /** The TCP port at which it listens. */
  readonly port: number;
  /** What only the operator of the service may do. */
  readonly admin: Admin;
  /** Ends after the replies in flight, 10 s at most. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a service: opens its data, which are made if they are new, and listens.
 * Throws ServiceError: `data-directory`, `database`, `key-file` or `wrong-key` if the data cannot
 * be opened, `port-in-use` or `cannot-listen` if the port cannot be had.
 */
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
    const { activationWindowSeconds = activationWindowSecondsDefault, advertised } = rules;
    const replacesContent = rules.replaceContent ?? false;
    const responder = new Responder(
      {
        ...storage,
        clock,
        limits,
        turns: new Turns(),
        activationWindowSeconds,
        replacesContent,
        advertised,
      },
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
    // Only with a port of its own: a start that fails must leave another's uploads alone. An upload
    // takes no longer than a request, so what is older was broken off by a crash.
    await storage.blobs.sweep(nowSeconds(clock) - limits.requestTimeMs / 1000);
    await storage.modelRemover.finish();
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
