// The ranges of each model (S-31): which serials it has without any of them being listed.

import { type Database, transact } from "../database/database.js";
import { cachedRangeModelsMax, rangesMax } from "../limits.js";
import { changeModel } from "./models.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { SerialRange } from "../../protocol/serial-range.js";
import { RangeIndex } from "./range-index.js";
import { withoutHole } from "./serial-range.js";

interface KnownIndex {
  readonly rangesVersion: number;
  readonly index: RangeIndex;
}

export class RangeStore {
  readonly #database: Database;
  readonly #list;
  readonly #version;
  /** By model, least recently asked first. One of another version than the model's is void. */
  readonly #indexes = new Map<number, KnownIndex>();

  constructor(database: Database) {
    this.#database = database;
    this.#list = new PreparedQuery<{ modelId: number }, SerialRange>((parameter) =>
      database
        .selectFrom("ranges")
        .where("modelId", "=", parameter("modelId"))
        .orderBy("id")
        .select(["format", "length", "casing", "first", "last"]),
    );
    this.#version = new PreparedQuery<{ modelId: number }, { rangesVersion: number }>((parameter) =>
      database
        .selectFrom("models")
        .where("id", "=", parameter("modelId"))
        .where("deletedAt", "is", null)
        .select("rangesVersion"),
    );
  }

  /** In the order in which they were added. */
  list(executor: Database, modelId: number): Promise<SerialRange[]> {
    return this.#list.rows(executor, { modelId });
  }

  /** The model's ranges as they are now, for questions about serials. */
  async index(executor: Database, modelId: number): Promise<RangeIndex> {
    const model = await this.#version.first(executor, { modelId });
    if (model === undefined) return new RangeIndex([]);
    const { rangesVersion } = model;
    const known = this.#indexes.get(modelId);
    this.#indexes.delete(modelId);
    const index =
      known?.rangesVersion === rangesVersion
        ? known.index
        : new RangeIndex(await this.list(executor, modelId));
    if (this.#indexes.size >= cachedRangeModelsMax) {
      const [oldest] = this.#indexes.keys();
      if (oldest !== undefined) this.#indexes.delete(oldest);
    }
    this.#indexes.set(modelId, { rangesVersion, index });
    return index;
  }

  async contains(executor: Database, modelId: number, sn: string): Promise<boolean> {
    return (await this.index(executor, modelId)).has(sn);
  }

  /** Adds all or none. False if the model would have too many. */
  async add(modelId: number, ranges: readonly SerialRange[]): Promise<boolean> {
    return transact(this.#database, async (transaction) => {
      await changeModel(transaction, modelId, "rangesVersion");
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
    return transact(this.#database, async (transaction) => {
      await changeModel(transaction, modelId, "rangesVersion");
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
