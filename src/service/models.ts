// Models: what a vendor's serials and contents belong to, with the template and options that a
// clone of it would follow (S-53: stored and echoed).

import type { Database } from "./database.js";
import { PreparedQuery } from "./prepared-query.js";

/** The options there are, in the order they are echoed (S-52). */
export const modelOptions = ["noaliases", "nocomments", "nohistorical"] as const;

export type ModelOption = (typeof modelOptions)[number];

export interface NewModel {
  readonly ownerRid: string;
  readonly name: string;
  readonly templateKind: "rid" | "code";
  /** 40 hexadecimal digits, opaque (S-19). */
  readonly template: string;
  readonly options: readonly ModelOption[];
}

export class ModelStore {
  readonly #id;

  constructor(private readonly database: Database) {
    this.#id = new PreparedQuery<{ ownerRid: string; name: string }, { id: number }>((parameter) =>
      database
        .selectFrom("models")
        .where("ownerRid", "=", parameter("ownerRid"))
        .where("name", "=", parameter("name"))
        .select("id"),
    );
  }

  /** The model's id, or undefined if the owner has none of that name. */
  async findId(ownerRid: string, name: string): Promise<number | undefined> {
    return (await this.#id.first(this.database, { ownerRid, name }))?.id;
  }

  /** False if the owner has a model of that name. */
  async create({ options, ...model }: NewModel): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.database
      .insertInto("models")
      .values({ ...model, options: modelOptions.filter((o) => options.includes(o)).join(",") })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }
}
