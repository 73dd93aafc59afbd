// The ranges of each model (S-31): which serials it has without any of them being listed.

import { type Database, transact } from "../database/database.js";
import { rangesMax } from "../limits.js";
import { holdModel } from "./models.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { SerialRange } from "../../protocol/serial-range.js";
import { containsSerial, withoutHole } from "./serial-range.js";

export class RangeStore {
  readonly #list;

  constructor(private readonly database: Database) {
    this.#list = new PreparedQuery<{ modelId: number }, SerialRange>((parameter) =>
      database
        .selectFrom("ranges")
        .where("modelId", "=", parameter("modelId"))
        .orderBy("id")
        .select(["format", "length", "casing", "first", "last"]),
    );
  }

  /** In the order in which they were added. */
  list(executor: Database, modelId: number): Promise<SerialRange[]> {
    return this.#list.rows(executor, { modelId });
  }

  async contains(executor: Database, modelId: number, sn: string): Promise<boolean> {
    return (await this.list(executor, modelId)).some((range) => containsSerial(range, sn));
  }

  /** Adds all or none. False if the model would have too many. */
  async add(modelId: number, ranges: readonly SerialRange[]): Promise<boolean> {
    return transact(this.database, async (transaction) => {
      await holdModel(transaction, modelId);
      const present = await this.list(transaction, modelId);
      if (present.length + ranges.length > rangesMax) return false;
      await insert(transaction, modelId, ranges);
      return true;
    });
  }

  /**
   * Takes the numbers of `holes` out of the ranges of the same form. What was in no range is
   * ignored. False if what is left would be too many ranges.
   */
  async remove(modelId: number, holes: readonly SerialRange[]): Promise<boolean> {
    return transact(this.database, async (transaction) => {
      await holdModel(transaction, modelId);
      let ranges = await this.list(transaction, modelId);
      for (const hole of holes) ranges = ranges.flatMap((range) => withoutHole(range, hole));
      if (ranges.length > rangesMax) return false;
      await transaction.deleteFrom("ranges").where("modelId", "=", modelId).execute();
      await insert(transaction, modelId, ranges);
      return true;
    });
  }
}

async function insert(
  transaction: Database,
  modelId: number,
  ranges: readonly SerialRange[],
): Promise<void> {
  if (ranges.length === 0) return;
  await transaction
    .insertInto("ranges")
    .values(ranges.map((range) => ({ modelId, ...range })))
    .execute();
}
