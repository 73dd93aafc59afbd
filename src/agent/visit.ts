// One visit to the service: whom the agent asks, as whom, over which connection. A visit lasts from
// the list of releases to the last byte of one, and ends when nothing will be asked for a while.

import type { Platform } from "../ports/platform.js";
import { Connection } from "./connection.js";
import type { DeviceKey } from "./device-key.js";
import type { Identity } from "./identity.js";
import type { CompleteOptions } from "./options.js";
import { Pipelining } from "./pipelining.js";

export interface Visit {
  readonly identity: Identity;
  readonly cik: string;
  readonly connection: Connection;
}

export class Visits {
  readonly #platform: Platform;
  readonly #options: CompleteOptions;
  readonly #key: DeviceKey;
  readonly #pipelining: Pipelining;
  #identity: Identity | undefined;
  #connection: Connection | undefined;

  constructor(platform: Platform, options: CompleteOptions, key: DeviceKey) {
    this.#platform = platform;
    this.#options = options;
    this.#key = key;
    this.#pipelining = new Pipelining(options.pipelineDepth);
  }

  /** Who the device is. Throws before it is known: that is a bug. */
  get identity(): Identity {
    if (this.#identity === undefined) throw new Error("asking the service without an identity");
    return this.#identity;
  }

  set identity(identity: Identity) {
    this.#identity = identity;
  }

  /** The visit under way, or a new one. Throws without a CIK: that is a bug. */
  open(): Visit {
    const { cik } = this.#key;
    if (cik === undefined) throw new Error("a visit without a CIK");
    return { identity: this.identity, cik, connection: this.connect() };
  }

  /** The connection of the visit, for a device that has no CIK yet. */
  connect(): Connection {
    const { host, port } = this.identity;
    const { observer } = this.#options;
    this.#connection ??= new Connection(this.#platform, host, port, this.#pipelining, observer);
    return this.#connection;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}
