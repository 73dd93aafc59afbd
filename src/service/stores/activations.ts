// The activation log of each serial (S-35): successes only, the body as posted, the last hundred.

import type { Database } from "../database/database.js";
import { activationsKept } from "../limits.js";
import { PreparedQuery } from "../database/prepared-query.js";

export interface Activation {
  readonly serialId: number;
  /** Unix seconds. */
  readonly at: number;
  /** The device's address as the service sees it. */
  readonly address: string;
  /** The body of the request, any bytes. */
  readonly entry: Buffer;
}

interface LogPart {
  readonly serialId: number;
  readonly after: number;
}

export class ActivationLog {
  readonly #database: Database;
  readonly #append;
  readonly #trim;
  readonly #list;

  constructor(database: Database) {
    this.#database = database;
    this.#append = new PreparedQuery<Activation, unknown>((parameter) =>
      database.insertInto("activations").values({
        serialId: parameter("serialId"),
        at: parameter("at"),
        address: parameter("address"),
        entry: parameter("entry"),
      }),
    );
    this.#trim = new PreparedQuery<{ serialId: number }, unknown>((parameter) =>
      database
        .deleteFrom("activations")
        .where("serialId", "=", parameter("serialId"))
        .where("id", "<=", (expression) =>
          expression
            .selectFrom("activations")
            .where("serialId", "=", parameter("serialId"))
            .orderBy("id", "desc")
            .offset(activationsKept)
            .limit(1)
            .select("id"),
        ),
    );
    this.#list = new PreparedQuery<LogPart, Omit<Activation, "serialId">>((parameter) =>
      database
        .selectFrom("activations")
        .where("serialId", "=", parameter("serialId"))
        .where("id", ">", parameter("after"))
        .orderBy("id")
        .select(["at", "address", "entry"]),
    );
  }

  /** Adds a line in the transaction of what it tells of. */
  async append(transaction: Database, activation: Activation): Promise<void> {
    await this.#append.changes(transaction, activation);
    await this.#trim.changes(transaction, { serialId: activation.serialId });
  }

  /** Oldest first. `after`: only what came after the line of this id. */
  list(serialId: number, after = 0): Promise<Omit<Activation, "serialId">[]> {
    return this.#list.rows(this.#database, { serialId, after });
  }
}
