// Serials: which serial numbers a model has, one by one. The clients behind them are devices.ts.

import type { Database } from "./database.js";
import { rowsPerInsert } from "./limits.js";
import { PreparedQuery } from "./prepared-query.js";

export interface NewSerial {
  readonly sn: string;
  /** Free text of the vendor's. */
  readonly extra: string;
}

export interface Serial {
  readonly id: number;
  /** Null if nothing was enabled, or if it was mapped to another serial. */
  readonly clientRid: string | null;
  readonly enabledBy: string | null;
}

/** Undoes the transaction of `add`; never leaves this file. */
class Duplicate extends Error {}

export class SerialStore {
  readonly #find;

  constructor(private readonly database: Database) {
    this.#find = new PreparedQuery<{ modelId: number; sn: string }, Serial>((parameter) =>
      database
        .selectFrom("serials")
        .where("modelId", "=", parameter("modelId"))
        .where("sn", "=", parameter("sn"))
        .select(["id", "clientRid", "enabledBy"]),
    );
  }

  find(executor: Database, modelId: number, sn: string): Promise<Serial | undefined> {
    return this.#find.first(executor, { modelId, sn });
  }

  /** Adds all or none (S-33). False if one of them exists already or is there twice. */
  async add(modelId: number, serials: readonly NewSerial[]): Promise<boolean> {
    try {
      await this.database.transaction().execute(async (transaction) => {
        for (let first = 0; first < serials.length; first += rowsPerInsert) {
          const rows = serials.slice(first, first + rowsPerInsert);
          const { numInsertedOrUpdatedRows } = await transaction
            .insertInto("serials")
            .values(rows.map(({ sn, extra }) => ({ modelId, sn, extra })))
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirstOrThrow();
          if (numInsertedOrUpdatedRows !== BigInt(rows.length)) throw new Duplicate();
        }
      });
      return true;
    } catch (error) {
      if (error instanceof Duplicate) return false;
      throw error;
    }
  }
}
