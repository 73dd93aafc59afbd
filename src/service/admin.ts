// The administration of a service, in process.

import { nameRule } from "../protocol/name-rules.js";
import { isName } from "../protocol/paths.js";
import { nowSeconds, type Clock } from "./clock.js";
import { openStorage, type Storage } from "./stores/storage.js";
import type { ClientIdentity } from "./stores/clients.js";
import { transact } from "./database/database.js";
import { ServiceError } from "./errors.js";

/** A new vendor. Its secrets are in clear here and nowhere else. */
export interface VendorCredentials {
  /** The vendor's name. */
  readonly vendor: string;
  /** Of the vendor's root client, 40 hexadecimal digits. */
  readonly rid: string;
  /** The CIK of the root client, 40 hexadecimal digits: a secret. */
  readonly cik: string;
  /** The vendor's first token, 40 hexadecimal digits: a secret. */
  readonly token: string;
}

/** A client that is to own devices. */
export interface NewOwner {
  /**
   * The vendor below whose root the owner lies; null: none, the owner is a root and may register
   * a name. Default: the only vendor there is, or none while there is no vendor.
   */
  readonly vendor?: string | null;
  /** How many clients it may own, with all below them; default: any number. */
  readonly clientsMax?: number;
}

/** Where a service's data are, and the key that opens them. */
export interface ServiceData {
  /** The folder of the key file, and of SQLite's database; made if it does not exist. */
  readonly dataDirectory: string;
  /** postgres://... of a database that services share; default: the SQLite file. */
  readonly database?: string | undefined;
  /** The master key, 64 hexadecimal digits; default: the key file. */
  readonly key?: string | undefined;
}

/**
 * Runs `act` on a service's data, whether or not the service runs, and closes them.
 * Throws ServiceError `data-directory`, `database`, `key-file` or `wrong-key`, and what `act` throws.
 */
export async function administer<Result>(
  { dataDirectory, database: url, key }: ServiceData,
  act: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const storage = await openStorage({ dataDirectory, url }, key);
  try {
    return await act(new Admin(storage, Date.now));
  } finally {
    await storage.database.destroy();
  }
}

/** The id of the token that a new vendor gets. */
const firstTokenId = "first";

/** What only the operator of a service may do: it is not part of the API (S-18). */
export class Admin {
  readonly #storage: Storage;
  readonly #clock: Clock;

  /** `clock`: the time that new clients are made at. */
  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /**
   * Makes a vendor: its root client, its name and a first token.
   * Throws ServiceError `malformed-name` (other than 1 to 64 letters, digits, blanks and ._:~-) or
   * `vendor-exists`.
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

  /**
   * Makes a client that may own devices. Throws ServiceError `unknown-vendor` if there is no such
   * vendor, `which-vendor` if none is named and there are several.
   */
  async createOwner({ vendor, clientsMax }: NewOwner = {}): Promise<ClientIdentity> {
    const { database, vendors } = this.#storage;
    const name = vendor === undefined ? await this.#onlyVendor() : vendor;
    if (name === null) return this.#createClient(database, null, clientsMax);
    const ownerRid = await vendors.findClient(name);
    if (ownerRid === undefined) {
      throw new ServiceError("unknown-vendor", `there is no vendor "${name}"`);
    }
    return this.#createClient(database, ownerRid, clientsMax);
  }

  async #onlyVendor(): Promise<string | null> {
    const [name = null, other] = await this.#storage.vendors.names(2);
    if (other === undefined) return name;
    const message = "there are several vendors: name the one below which the owner lies";
    throw new ServiceError("which-vendor", message);
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
