// Clients: whoever has a RID and a CIK. Vendors' roots, owners below them, and the clients behind
// serials, in one tree (S-18). This store makes them and finds them by key; what a key may do is
// authorisation.ts's to decide.

import type { Database } from "../database/database.js";
import { newIdentifier } from "./identifier.js";
import type { KeyVault } from "./key-vault.js";
import { ownerDepthMax } from "../limits.js";
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
  readonly #byKey;
  readonly #deviceByKey;

  constructor(
    private readonly database: Database,
    private readonly vault: KeyVault,
  ) {
    this.#byKey = new PreparedQuery<{ lookup: Buffer }, ClientByKey>((parameter) =>
      database
        .selectFrom("clients as c")
        .leftJoin("vendors as v", "v.clientRid", "c.rid")
        .where("c.cikLookup", "=", parameter("lookup"))
        .select(["c.rid", "c.status", "c.activableUntil", "c.cikLookup", "v.name as vendor"]),
    );
    this.#deviceByKey = new PreparedQuery<{ lookup: Buffer }, DeviceByKey>((parameter) =>
      database
        .selectFrom("clients as c")
        .leftJoin("serials as s", "s.clientRid", "c.rid")
        .leftJoin("models as m", "m.id", "s.modelId")
        .leftJoin("vendors as v", "v.clientRid", "m.ownerRid")
        .where("c.cikLookup", "=", parameter("lookup"))
        .select(["c.status", "c.cikLookup", "s.sn"])
        .select(["m.id as modelId", "m.name as model", "v.name as vendor"]),
    );
  }

  findByKey(lookup: Buffer): Promise<ClientByKey | undefined> {
    return this.#byKey.first(this.database, { lookup });
  }

  findDeviceByKey(lookup: Buffer): Promise<DeviceByKey | undefined> {
    return this.#deviceByKey.first(this.database, { lookup });
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
    const client = await this.database
      .selectFrom("clients")
      .where("rid", "=", rid)
      .select(["status", "activableUntil", "cikSealed"])
      .executeTakeFirst();
    if (client === undefined) return undefined;
    const { cikSealed, ...columns } = client;
    return { ...columns, cik: this.vault.open(cikSealed, rid) };
  }

  /** A new CIK for the client `rid`, in clear and as its row keeps it. */
  newKey(rid: string): { cik: string; cikLookup: Buffer; cikSealed: Buffer } {
    const cik = newIdentifier();
    return { cik, cikLookup: this.vault.lookup(cik), cikSealed: this.vault.seal(cik, rid) };
  }

  /** Whether `rid` is `ancestorRid` or below it (S-18). An unknown RID is below nobody. */
  async descends(transaction: Database, rid: string, ancestorRid: string): Promise<boolean> {
    let current: string | null = rid;
    for (let depth = 0; depth <= ownerDepthMax && current !== null; depth++) {
      if (current === ancestorRid) return true;
      const client: { ownerRid: string | null } | undefined = await transaction
        .selectFrom("clients")
        .where("rid", "=", current)
        .select("ownerRid")
        .executeTakeFirst();
      current = client?.ownerRid ?? null;
    }
    return false;
  }

  /** Removes the client and all below it. False if one of them has a vendor name or models. */
  async drop(transaction: Database, rid: string): Promise<boolean> {
    const tree = transaction.withRecursive("dropped", (query) =>
      query
        .selectFrom("clients")
        .where("clients.rid", "=", rid)
        .select("clients.rid")
        .unionAll((below) =>
          below
            .selectFrom("clients as c")
            .innerJoin("dropped as d", "d.rid", "c.ownerRid")
            .select("c.rid"),
        ),
    );
    const isHeld = await tree
      .selectFrom("dropped as d")
      .leftJoin("vendors as v", "v.clientRid", "d.rid")
      .leftJoin("models as m", "m.ownerRid", "d.rid")
      .where((where) => where.or([where("v.name", "is not", null), where("m.id", "is not", null)]))
      .select("d.rid")
      .executeTakeFirst();
    if (isHeld !== undefined) return false;
    for (const table of ["descriptions", "points", "shares", "tokens", "views"] as const) {
      await tree
        .deleteFrom(table)
        .where("clientRid", "in", (query) => query.selectFrom("dropped").select("dropped.rid"))
        .execute();
    }
    await tree
      .deleteFrom("clients")
      .where("rid", "in", (query) => query.selectFrom("dropped").select("dropped.rid"))
      .execute();
    return true;
  }

  /** Whether `ownerRid` may have one more client, until the end of the transaction. */
  async hasRoom(transaction: Database, ownerRid: string): Promise<boolean> {
    const owner = await transaction
      .selectFrom("clients")
      .where("rid", "=", ownerRid)
      .select("clientsMax")
      .executeTakeFirst();
    if (owner === undefined) return false;
    if (owner.clientsMax === null) return true;
    // Another process that counts the same owner's clients waits for this row.
    await transaction
      .updateTable("clients")
      .set((expression) => ({ clientsMax: expression.ref("clientsMax") }))
      .where("rid", "=", ownerRid)
      .execute();
    const { count } = await transaction
      .selectFrom("clients")
      .where("ownerRid", "=", ownerRid)
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .executeTakeFirstOrThrow();
    return Number(count) < owner.clientsMax;
  }
}
