// Groups of a model, by name. What they hold is members.ts.

import { type Database, transact } from "../database/database.js";
import { emptyGroup, forgetMembers } from "./members.js";
import { holdModel } from "./models.js";
import type { Page } from "../http/page.js";

export interface Group {
  readonly name: string;
  readonly meta: string;
}

export class GroupStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In byte order. */
  list(modelId: number, page: Page): Promise<Group[]> {
    return this.#database
      .selectFrom("groups")
      .where("modelId", "=", modelId)
      .orderBy("name")
      .offset(page.offset)
      .limit(page.limit)
      .select(["name", "meta"])
      .execute();
  }

  find(modelId: number, name: string): Promise<Group | undefined> {
    return this.#database
      .selectFrom("groups")
      .where("modelId", "=", modelId)
      .where("name", "=", name)
      .select(["name", "meta"])
      .executeTakeFirst();
  }

  /** False if the model has a group of that name. */
  async create(modelId: number, group: Group): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#database
      .insertInto("groups")
      .values({ modelId, ...group })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Deletes the group and takes it from the groups that hold it. False if there is none. */
  async delete(modelId: number, name: string): Promise<boolean> {
    return transact(this.#database, async (transaction) => {
      await holdModel(transaction, modelId);
      await forgetMembers(transaction, modelId, "group", [name]);
      // Many at once would hold up the process.
      while (await emptyGroup(transaction, { modelId, group: name }));
      const { numDeletedRows } = await transaction
        .deleteFrom("groups")
        .where("modelId", "=", modelId)
        .where("name", "=", name)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    });
  }
}
