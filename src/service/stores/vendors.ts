// Vendors: the names registered to clients (S-17), and their tokens (S-55).

import type { Database } from "../database/database.js";
import { newIdentifier } from "./identifier.js";
import type { KeyVault } from "./key-vault.js";
import { PreparedQuery } from "../database/prepared-query.js";

/** A token's client, with the vendor name registered to it, if any. */
export interface ClientByToken {
  readonly rid: string;
  readonly vendor: string | null;
  /** Null for a client that no serial was enabled for. */
  readonly activableUntil: number | null;
  readonly lookup: Buffer;
}

export class VendorStore {
  readonly #database: Database;
  readonly #vault: KeyVault;
  readonly #byToken;

  constructor(database: Database, vault: KeyVault) {
    this.#database = database;
    this.#vault = vault;
    this.#byToken = new PreparedQuery<{ lookup: Buffer }, ClientByToken>((parameter) =>
      database
        .selectFrom("tokens as t")
        .innerJoin("clients as c", "c.rid", "t.clientRid")
        .leftJoin("vendors as v", "v.clientRid", "t.clientRid")
        .where("t.lookup", "=", parameter("lookup"))
        .select(["c.rid", "c.activableUntil", "t.lookup", "v.name as vendor"]),
    );
  }

  findByToken(lookup: Buffer): Promise<ClientByToken | undefined> {
    return this.#byToken.first(this.#database, { lookup });
  }

  /** The client that holds the vendor name, or undefined. */
  async findClient(name: string): Promise<string | undefined> {
    const vendor = await this.#database
      .selectFrom("vendors")
      .where("name", "=", name)
      .select("clientRid")
      .executeTakeFirst();
    return vendor?.clientRid;
  }

  /** The first names in byte order, at most `countMax`. */
  async names(countMax: number): Promise<string[]> {
    const vendors = await this.#database
      .selectFrom("vendors")
      .orderBy("name")
      .limit(countMax)
      .select("name")
      .execute();
    return vendors.map(({ name }) => name);
  }

  /** Registers a free name to a client without one. False if either has been taken. */
  async register(transaction: Database, name: string, clientRid: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await transaction
      .insertInto("vendors")
      .values({ name, clientRid })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Makes a token and returns it in clear, or undefined if the client has one of that id. */
  async createToken(
    transaction: Database,
    clientRid: string,
    id: string,
  ): Promise<string | undefined> {
    const token = newIdentifier();
    const lookup = this.#vault.lookup(token);
    const sealed = this.#vault.seal(token, tokenContext(clientRid, id));
    const { numInsertedOrUpdatedRows } = await transaction
      .insertInto("tokens")
      .values({ clientRid, id, lookup, sealed })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n ? token : undefined;
  }

  /** Takes the name from the client. False if the client does not hold it. */
  async unregister(name: string, clientRid: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database
      .deleteFrom("vendors")
      .where("name", "=", name)
      .where("clientRid", "=", clientRid)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  /** Ids of the client's tokens, in byte order. */
  async tokenIds(clientRid: string): Promise<string[]> {
    const tokens = await this.#database
      .selectFrom("tokens")
      .where("clientRid", "=", clientRid)
      .orderBy("id")
      .select("id")
      .execute();
    return tokens.map(({ id }) => id);
  }

  /** The token in clear, or undefined if the client has none of that id. */
  async openToken(clientRid: string, id: string): Promise<string | undefined> {
    const token = await this.#database
      .selectFrom("tokens")
      .where("clientRid", "=", clientRid)
      .where("id", "=", id)
      .select("sealed")
      .executeTakeFirst();
    return token && this.#vault.open(token.sealed, tokenContext(clientRid, id));
  }

  /** False if the client has no token of that id. */
  async deleteToken(clientRid: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database
      .deleteFrom("tokens")
      .where("clientRid", "=", clientRid)
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }
}

function tokenContext(clientRid: string, id: string): string {
  return `${clientRid}/${id}`;
}
