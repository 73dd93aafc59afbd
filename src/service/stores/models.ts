// Models: what a vendor's serials and contents belong to, with the template and options that a
// clone of it would follow (S-53: stored and echoed).

import type { Database } from "../database/database.js";
import { PreparedQuery } from "../database/prepared-query.js";

/** The options there are, in the order they are echoed (S-52). */
export const modelOptions = ["noaliases", "nocomments", "nohistorical"] as const;

export type ModelOption = (typeof modelOptions)[number];

/** What is cloned, by its RID or by a share code: 40 hexadecimal digits, opaque (S-19). */
export interface Template {
  readonly templateKind: "rid" | "code";
  readonly template: string;
}

export interface ModelInfo extends Template {
  readonly options: readonly ModelOption[];
}

export interface NewModel extends ModelInfo {
  readonly ownerRid: string;
  readonly name: string;
}

/**
 * Makes others that hold the same model wait until this transaction ends, in whatever process they
 * are: for changes that depend on more than the rows they write.
 */
export async function holdModel(transaction: Database, id: number): Promise<void> {
  await transaction
    .updateTable("models")
    .set((model) => ({ serialsVersion: model.ref("serialsVersion") }))
    .where("id", "=", id)
    .execute();
}

/**
 * As `holdModel`, for a change of what it lists: what anybody has kept in memory of the model's
 * serials, or of its ranges, is void when this transaction ends.
 */
export async function changeModel(
  transaction: Database,
  id: number,
  version: "serialsVersion" | "rangesVersion",
): Promise<void> {
  await transaction
    .updateTable("models")
    .set((model) => ({ [version]: model(version, "+", 1) }))
    .where("id", "=", id)
    .execute();
}

export class ModelStore {
  readonly #database: Database;
  readonly #id;

  constructor(database: Database) {
    this.#database = database;
    this.#id = new PreparedQuery<{ ownerRid: string; name: string }, { id: number }>((parameter) =>
      database
        .selectFrom("models")
        .where("ownerRid", "=", parameter("ownerRid"))
        .where("name", "=", parameter("name"))
        .where("deletedAt", "is", null)
        .select("id"),
    );
  }

  /** The model's id, or undefined if the owner has none of that name. */
  async findId(ownerRid: string, name: string): Promise<number | undefined> {
    return (await this.#id.first(this.#database, { ownerRid, name }))?.id;
  }

  /** False if the owner has a model of that name. */
  async create({ options, ...model }: NewModel): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#database
      .insertInto("models")
      .values({ ...model, options: formatOptions(options) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Names of all models of the owner, in byte order. */
  async names(ownerRid: string): Promise<string[]> {
    const models = await this.#database
      .selectFrom("models")
      .where("ownerRid", "=", ownerRid)
      .where("deletedAt", "is", null)
      .orderBy("name")
      .select("name")
      .execute();
    return models.map(({ name }) => name);
  }

  /** Undefined if the model is gone. */
  async info(id: number): Promise<ModelInfo | undefined> {
    const model = await this.#database
      .selectFrom("models")
      .where("id", "=", id)
      .select(["templateKind", "template", "options"])
      .executeTakeFirst();
    if (model === undefined) return undefined;
    const { options, ...template } = model;
    const names = options.split(",");
    return { ...template, options: modelOptions.filter((option) => names.includes(option)) };
  }

  /** Replaces the options, and the template if there is one (S-52). */
  async update(
    id: number,
    options: readonly ModelOption[],
    template: Template | undefined,
  ): Promise<void> {
    await this.#database
      .updateTable("models")
      .set({ options: formatOptions(options), ...template })
      .where("id", "=", id)
      .execute();
  }
}

function formatOptions(options: readonly ModelOption[]): string {
  return modelOptions.filter((option) => options.includes(option)).join(",");
}
