// What only whoever runs the service may do, in process: it is not part of the API (S-18).

import { nameRule } from "../protocol/name-rules.js";
import { isName } from "../protocol/paths.js";
import { nowSeconds, type Clock } from "./clock.js";
import type { Storage } from "./stores/storage.js";
import type { ClientIdentity } from "./stores/clients.js";
import { transact } from "./database/database.js";
import { ServiceError } from "./errors.js";

/** A new vendor: all its secrets in clear, this once. */
export interface VendorCredentials {
  readonly vendor: string;
  /** Of the vendor's root client. */
  readonly rid: string;
  readonly cik: string;
  readonly token: string;
}

export interface NewOwner {
  /** The vendor below whose root it is; without one it is a root, and may register a name. */
  readonly vendor?: string;
  /** How many clients it may own; default: any number. */
  readonly clientsMax?: number;
}

/** The id of the token that a new vendor gets. */
const firstTokenId = "first";

export class Admin {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /**
   * Makes a vendor: its root client, its name and a first token.
   * Throws ServiceError `malformed-name` or `vendor-exists`.
   */
  async createVendor(name: string): Promise<VendorCredentials> {
    if (!isName(name)) {
      const message = `expected a vendor name of ${nameRule}, got ${JSON.stringify(name)}`;
      throw new ServiceError("malformed-name", message);
    }
    const { database, vendors } = this.#storage;
    return transact(database, async (transaction) => {
      const { rid, cik } = await this.#createClient(transaction, null);
      if (!(await vendors.register(transaction, name, rid))) {
        throw new ServiceError("vendor-exists", `there is a vendor "${name}" already`);
      }
      const token = await vendors.createToken(transaction, rid, firstTokenId);
      if (token === undefined) throw new Error("a new client had a token");
      return { vendor: name, rid, cik, token };
    });
  }

  /** Makes a client that may own devices. Throws ServiceError `unknown-vendor`. */
  async createOwner({ vendor, clientsMax }: NewOwner = {}): Promise<ClientIdentity> {
    const { database, vendors } = this.#storage;
    let ownerRid: string | null = null;
    if (vendor !== undefined) {
      ownerRid = (await vendors.findClient(vendor)) ?? null;
      if (ownerRid === null) {
        throw new ServiceError("unknown-vendor", `there is no vendor "${vendor}"`);
      }
    }
    return this.#createClient(database, ownerRid, clientsMax);
  }

  #createClient(
    database: Storage["database"],
    ownerRid: string | null,
    clientsMax: number | null = null,
  ): Promise<ClientIdentity> {
    return this.#storage.clients.create(database, {
      ownerRid,
      status: "activated",
      activableUntil: null,
      createdAt: nowSeconds(this.#clock),
      clientsMax,
    });
  }
}
