// What devices write: per client and alias one value a second, the last thousand (S-58). Just enough
// of a data store for procedures 69 and 70 to have something to read.

import { type Database, transact } from "../database/database.js";
import { aliasesMax, pointsKept } from "../limits.js";
import { PreparedQuery } from "../database/prepared-query.js";

interface Point {
  /** Unix seconds. */
  readonly at: number;
  readonly value: string;
}

export interface Write {
  readonly clientRid: string;
  /** Unix seconds. */
  readonly at: number;
  readonly values: ReadonlyMap<string, string>;
}

export interface PointWindow {
  readonly clientRid: string;
  readonly alias: string;
  /** Unix seconds, both included. */
  readonly startAt: number;
  readonly endAt: number;
  readonly offset: number;
  readonly limit: number;
}

export class PointStore {
  readonly #database: Database;
  readonly #write;
  readonly #trim;
  readonly #dropLater;
  readonly #latest;
  readonly #window;

  constructor(database: Database) {
    this.#database = database;
    this.#write = new PreparedQuery<{ clientRid: string; alias: string } & Point, unknown>(
      (parameter) =>
        database
          .insertInto("points")
          .values({
            clientRid: parameter("clientRid"),
            alias: parameter("alias"),
            at: parameter("at"),
            value: parameter("value"),
          })
          .onConflict((conflict) =>
            conflict
              .columns(["clientRid", "alias", "at"])
              .doUpdateSet((row) => ({ value: row.ref("excluded.value") })),
          ),
    );
    this.#trim = new PreparedQuery<{ clientRid: string; alias: string }, unknown>((parameter) =>
      database
        .deleteFrom("points")
        .where("clientRid", "=", parameter("clientRid"))
        .where("alias", "=", parameter("alias"))
        .where("at", "<=", (expression) =>
          expression
            .selectFrom("points")
            .where("clientRid", "=", parameter("clientRid"))
            .where("alias", "=", parameter("alias"))
            .orderBy("at", "desc")
            .offset(pointsKept)
            .limit(1)
            .select("at"),
        ),
    );
    this.#dropLater = new PreparedQuery<{ clientRid: string; alias: string; at: number }, unknown>(
      (parameter) =>
        database
          .deleteFrom("points")
          .where("clientRid", "=", parameter("clientRid"))
          .where("alias", "=", parameter("alias"))
          .where("at", ">", parameter("at")),
    );
    this.#latest = new PreparedQuery<{ clientRid: string; alias: string }, Point>((parameter) =>
      database
        .selectFrom("points")
        .where("clientRid", "=", parameter("clientRid"))
        .where("alias", "=", parameter("alias"))
        .orderBy("at", "desc")
        .limit(1)
        .select(["at", "value"]),
    );
    this.#window = new PreparedQuery<PointWindow, Point>((parameter) =>
      database
        .selectFrom("points")
        .where("clientRid", "=", parameter("clientRid"))
        .where("alias", "=", parameter("alias"))
        .where("at", ">=", parameter("startAt"))
        .where("at", "<=", parameter("endAt"))
        .orderBy("at")
        .limit(parameter("limit"))
        .offset(parameter("offset"))
        .select(["at", "value"]),
    );
  }

  /** Writes all values at one time, in place of any that are later, or none. False if the client would have too many aliases. */
  async write({ clientRid, at, values }: Write): Promise<boolean> {
    try {
      await transact(this.#database, async (transaction) => {
        let isNew = false;
        for (const [alias, value] of values) {
          isNew ||= (await this.#latest.first(transaction, { clientRid, alias })) === undefined;
          // From a clock that was ahead: such a value would stay the latest until its time.
          await this.#dropLater.changes(transaction, { clientRid, alias, at });
          await this.#write.changes(transaction, { clientRid, alias, at, value });
          await this.#trim.changes(transaction, { clientRid, alias });
        }
        if (isNew && (await countAliases(transaction, clientRid)) > aliasesMax) {
          throw new TooManyAliases();
        }
      });
      return true;
    } catch (error) {
      if (error instanceof TooManyAliases) return false;
      throw error;
    }
  }

  /** The alias's last value, or undefined if nothing was written. */
  async latest(clientRid: string, alias: string): Promise<string | undefined> {
    return (await this.#latest.first(this.#database, { clientRid, alias }))?.value;
  }

  /** Ascending in time. */
  window(window: PointWindow): Promise<Point[]> {
    return this.#window.rows(this.#database, window);
  }
}

/** Undoes the transaction of `write`; never leaves this file. */
class TooManyAliases extends Error {}

async function countAliases(transaction: Database, clientRid: string): Promise<number> {
  const aliases = await transaction
    .selectFrom("points")
    .where("clientRid", "=", clientRid)
    .distinct()
    .limit(aliasesMax + 1)
    .select("alias")
    .execute();
  return aliases.length;
}
