// Views: a token each, with which anyone may read some of a client's points until it expires
// (procedures 69 and 70).

import { type Database, transact } from "../database/database.js";
import { newIdentifier } from "./identifier.js";
import { type KeyVault, sameLookup } from "./key-vault.js";
import { viewsMax } from "../limits.js";

export interface DataView {
  readonly clientRid: string;
  readonly aliases: readonly string[];
  /** Unix seconds, both included. */
  readonly startAt: number;
  readonly endAt: number;
  /** Points of an alias in one reply. */
  readonly pointsMax: number;
  /** Unix seconds. */
  readonly expiresAt: number;
}

export class DataViewStore {
  readonly #database: Database;
  readonly #vault: KeyVault;

  constructor(database: Database, vault: KeyVault) {
    this.#database = database;
    this.#vault = vault;
  }

  /**
   * Makes a view and returns its token in clear, this once; forgets the client's expired ones.
   * Undefined if the client has too many. `now`: Unix seconds.
   */
  async create(view: DataView, now: number): Promise<string | undefined> {
    const { clientRid, aliases, ...columns } = view;
    const token = newIdentifier();
    const lookup = this.#vault.lookup(token);
    return transact(this.#database, async (transaction) => {
      await transaction
        .deleteFrom("views")
        .where("clientRid", "=", clientRid)
        .where("expiresAt", "<=", now)
        .execute();
      const { count } = await transaction
        .selectFrom("views")
        .where("clientRid", "=", clientRid)
        .select(({ fn }) => fn.countAll<number | string>().as("count"))
        .executeTakeFirstOrThrow();
      if (Number(count) >= viewsMax) return undefined;
      await transaction
        .insertInto("views")
        .values({ lookup, clientRid, aliases: JSON.stringify(aliases), ...columns })
        .execute();
      return token;
    });
  }

  /** The view of a token that has not expired, or undefined. */
  async find(token: string, now: number): Promise<DataView | undefined> {
    const lookup = this.#vault.lookup(token);
    const view = await this.#database
      .selectFrom("views")
      .where("lookup", "=", lookup)
      .where("expiresAt", ">", now)
      .selectAll()
      .executeTakeFirst();
    if (view === undefined || !sameLookup(view.lookup, lookup)) return undefined;
    return { ...view, aliases: JSON.parse(view.aliases) as string[] };
  }
}
