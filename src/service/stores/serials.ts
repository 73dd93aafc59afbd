// Serials: which serial numbers a model has: listed one by one, or in a range (ranges.ts) until
// they are enabled. The clients behind them are devices.ts.

import { batches } from "../database/batches.js";
import { type Database, transact } from "../database/database.js";
import { forgetMembers } from "./members.js";
import { holdModel } from "./models.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { RangeStore } from "./ranges.js";

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

  constructor(
    private readonly database: Database,
    private readonly ranges: RangeStore,
  ) {
    this.#find = new PreparedQuery<{ modelId: number; sn: string }, Serial>((parameter) =>
      database
        .selectFrom("serials")
        .where("modelId", "=", parameter("modelId"))
        .where("sn", "=", parameter("sn"))
        .select(["id", "clientRid", "enabledBy"]),
    );
  }

  /** The listed serial, or undefined; one in a range may still be known. */
  find(executor: Database, modelId: number, sn: string): Promise<Serial | undefined> {
    return this.#find.first(executor, { modelId, sn });
  }

  /** Whether the model has the serial, listed or in a range. */
  async knows(executor: Database, modelId: number, sn: string): Promise<boolean> {
    if ((await this.find(executor, modelId, sn)) !== undefined) return true;
    return this.ranges.contains(executor, modelId, sn);
  }

  /** The serial; one that is only in a range is listed from now on. Undefined if unknown. */
  async materialise(
    transaction: Database,
    modelId: number,
    sn: string,
  ): Promise<Serial | undefined> {
    const listed = await this.find(transaction, modelId, sn);
    if (listed !== undefined) return listed;
    if (!(await this.ranges.contains(transaction, modelId, sn))) return undefined;
    await transaction
      .insertInto("serials")
      .values({ modelId, sn, extra: "" })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return this.find(transaction, modelId, sn);
  }

  /** Adds all or none (S-33). False if one of them exists already or is there twice. */
  async add(modelId: number, serials: readonly NewSerial[]): Promise<boolean> {
    try {
      await transact(this.database, async (transaction) => {
        await holdModel(transaction, modelId);
        for await (const rows of batches(serials)) {
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

  /** Takes serials from the list and from all groups (S-34); unknown ones are ignored. */
  async remove(modelId: number, serials: readonly string[]): Promise<void> {
    await transact(this.database, async (transaction) => {
      await holdModel(transaction, modelId);
      for await (const names of batches(serials)) {
        await transaction
          .deleteFrom("serials")
          .where("modelId", "=", modelId)
          .where("sn", "in", names)
          .execute();
        await forgetMembers(transaction, modelId, "sn", names);
      }
    });
  }
}
