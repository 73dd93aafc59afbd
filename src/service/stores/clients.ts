// Clients: whoever has a RID and a CIK. Vendors' roots, owners below them, and the clients behind
// serials. This store makes them and finds them by key; the tree that they form is client-tree.ts,
// and what a key may do is authorisation.ts's to decide.

import type { Database } from "../database/database.js";
import { newIdentifier } from "./identifier.js";
import type { KeyVault } from "./key-vault.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { ClientStatus } from "../database/schema.js";

/** A new client's RID and its CIK in clear. */
export interface ClientIdentity {
  /** What the API calls the client by, 40 hexadecimal digits. */
  readonly rid: string;
  /** The client's key, 40 hexadecimal digits: a secret. */
  readonly cik: string;
}

/** A client found by its CIK, with the vendor name registered to it, if any. */
export interface ClientByKey {
  readonly rid: string;
  readonly status: ClientStatus;
  readonly vendor: string | null;
  /** Null for a client that no serial was enabled for. */
  readonly activableUntil: number | null;
  readonly cikLookup: Buffer;
}

/** A client found by its CIK, with the serial it stands behind, if any. */
export interface DeviceByKey {
  readonly rid: string;
  readonly status: ClientStatus;
  readonly cikLookup: Buffer;
  readonly sn: string | null;
  readonly modelId: number | null;
  readonly model: string | null;
  readonly vendor: string | null;
}

export interface OpenClient {
  readonly status: ClientStatus;
  readonly activableUntil: number | null;
  readonly cik: string;
}

interface NewClient {
  readonly ownerRid: string | null;
  readonly status: ClientStatus;
  /** Unix seconds; null: needs no activation. */
  readonly activableUntil: number | null;
  readonly createdAt: number;
  /** How many clients it may own; null for any number. */
  readonly clientsMax: number | null;
}

export class ClientStore {
  readonly #database: Database;
  readonly #vault: KeyVault;
  readonly #byKey;
  readonly #deviceByKey;

  constructor(database: Database, vault: KeyVault) {
    this.#database = database;
    this.#vault = vault;
    this.#byKey = new PreparedQuery<{ lookup: Buffer }, ClientByKey>((parameter) =>
      database
        .selectFrom("clients as c")
        .leftJoin("vendors as v", "v.clientRid", "c.rid")
        .leftJoin("serials as s", "s.clientRid", "c.rid")
        .leftJoin("models as m", "m.id", "s.modelId")
        .where("c.cikLookup", "=", parameter("lookup"))
        .where("m.deletedAt", "is", null)
        .select(["c.rid", "c.status", "c.activableUntil", "c.cikLookup", "v.name as vendor"]),
    );
    this.#deviceByKey = new PreparedQuery<{ lookup: Buffer }, DeviceByKey>((parameter) =>
      database
        .selectFrom("clients as c")
        .leftJoin("serials as s", "s.clientRid", "c.rid")
        .leftJoin("models as m", "m.id", "s.modelId")
        .leftJoin("vendors as v", "v.clientRid", "m.ownerRid")
        .where("c.cikLookup", "=", parameter("lookup"))
        .where("m.deletedAt", "is", null)
        .select(["c.rid", "c.status", "c.cikLookup", "s.sn"])
        .select(["m.id as modelId", "m.name as model", "v.name as vendor"]),
    );
  }

  /** The client of a CIK; undefined also if its model is being deleted. */
  findByKey(lookup: Buffer): Promise<ClientByKey | undefined> {
    return this.#byKey.first(this.#database, { lookup });
  }

  /** As `findByKey`, with the serial. */
  findDeviceByKey(lookup: Buffer): Promise<DeviceByKey | undefined> {
    return this.#deviceByKey.first(this.#database, { lookup });
  }

  /** Makes a client with a new RID and CIK, in `transaction`. */
  async create(transaction: Database, client: NewClient): Promise<ClientIdentity> {
    const rid = newIdentifier();
    const { cik, ...key } = this.newKey(rid);
    await transaction
      .insertInto("clients")
      .values({ rid, ...client, ...key })
      .execute();
    return { rid, cik };
  }

  /** The status and the CIK in clear of a client, or undefined if there is none. */
  async open(rid: string): Promise<OpenClient | undefined> {
    const client = await this.#database
      .selectFrom("clients")
      .where("rid", "=", rid)
      .select(["status", "activableUntil", "cikSealed"])
      .executeTakeFirst();
    if (client === undefined) return undefined;
    const { cikSealed, ...columns } = client;
    return { ...columns, cik: this.#vault.open(cikSealed, rid) };
  }

  /** A new CIK for the client `rid`, in clear and as its row keeps it. */
  newKey(rid: string): { cik: string; cikLookup: Buffer; cikSealed: Buffer } {
    const cik = newIdentifier();
    return { cik, cikLookup: this.#vault.lookup(cik), cikSealed: this.#vault.seal(cik, rid) };
  }
}
