// What a serial may read (S-47): every content that is not protected, and a protected one if some
// group holds the content itself and holds the serial, itself or over nested groups, each by an
// edge that has not expired. A content reaches no further up than the groups that hold it.
//
//     stable {fw-1, sn 1}                     1 reads fw-1
//     all {group stable, group beta, fw-0}    1 reads fw-0; nobody reads beta's through `all`

import { type RawBuilder, sql, type SqlBool } from "kysely";
import { type Database, keepsJoinOrder } from "../database/database.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { Flag } from "../database/schema.js";
import { type Content, contentColumns } from "./contents.js";

/** Who reads: a serial of a model, at a time. */
export interface GrantReader {
  readonly modelId: number;
  readonly sn: string;
  /** Unix seconds. */
  readonly now: number;
}

/** A content, and whether the one who asked for it may read it. */
export interface ContentForReader extends Content {
  readonly isReadable: Flag;
}

type Parameter<Values> = <Name extends keyof Values>(name: Name) => Values[Name];

export class GrantStore {
  readonly #database: Database;
  readonly #names;
  readonly #content;

  constructor(database: Database) {
    this.#database = database;
    this.#names = new PreparedQuery<GrantReader, { name: string }>((parameter) =>
      holdingGroups(database, parameter)
        .selectFrom("contents as c")
        .where("c.modelId", "=", parameter("modelId"))
        .where((expression) =>
          expression.or([
            expression("c.protected", "=", 0),
            expression("c.name", "in", (query) =>
              query
                .selectFrom("holding as h")
                .crossJoin("members as m")
                .where("m.modelId", "=", parameter("modelId"))
                .whereRef("m.groupName", "=", "h.name")
                .where("m.type", "=", "content")
                .where(unexpired("m", parameter("now")))
                .select("m.name"),
            ),
          ]),
        )
        .orderBy("c.name")
        .select("c.name"),
    );
    // The second `exists` is asked only if the first finds nothing: most grants are direct.
    this.#content = new PreparedQuery<GrantReader & { name: string }, ContentForReader>(
      (parameter) =>
        holdingGroups(database, parameter)
          .selectFrom("contents as c")
          .where("c.modelId", "=", parameter("modelId"))
          .where("c.name", "=", parameter("name"))
          .select(contentColumns)
          .select((expression) =>
            expression
              .case()
              .when(
                expression.or([
                  expression("c.protected", "=", 0),
                  expression.exists(directGrant(database, parameter)),
                  expression.exists(
                    expression
                      .selectFrom("holding as h")
                      .crossJoin("members as m")
                      .where("m.modelId", "=", parameter("modelId"))
                      .whereRef("m.groupName", "=", "h.name")
                      .where("m.type", "=", "content")
                      .where("m.name", "=", parameter("name"))
                      .where(unexpired("m", parameter("now")))
                      .select("m.name"),
                  ),
                ]),
              )
              .then<Flag>(1)
              .else<Flag>(0)
              .end()
              .as("isReadable"),
          ),
    );
  }

  /** Names of all contents that the serial may read, in byte order. */
  async names(reader: GrantReader): Promise<string[]> {
    return (await this.#names.rows(this.#database, reader)).map(({ name }) => name);
  }

  /** The content of that name, and whether the serial may read it; undefined if there is none. */
  content(reader: GrantReader, name: string): Promise<ContentForReader | undefined> {
    return this.#content.first(this.#database, { ...reader, name });
  }
}

/** A row if one group holds both the serial and the content. */
function directGrant(database: Database, parameter: Parameter<GrantReader & { name: string }>) {
  return database
    .selectFrom("members as s")
    .crossJoin("members as m")
    .where("s.modelId", "=", parameter("modelId"))
    .where("s.type", "=", "sn")
    .where("s.name", "=", parameter("sn"))
    .where(unexpired("s", parameter("now")))
    .where("m.modelId", "=", parameter("modelId"))
    .whereRef("m.groupName", "=", "s.groupName")
    .where("m.type", "=", "content")
    .where("m.name", "=", parameter("name"))
    .where(unexpired("m", parameter("now")))
    .select("m.name");
}

/** `holding`: the groups that hold the serial, directly or over others. */
function holdingGroups(database: Database, parameter: Parameter<GrantReader>) {
  const isOrdered = keepsJoinOrder(database);
  return database.withRecursive("holding(name)", (query) => {
    const direct = query
      .selectFrom("members as m")
      .where("m.modelId", "=", parameter("modelId"))
      .where("m.type", "=", "sn")
      .where("m.name", "=", parameter("sn"))
      .where(unexpired("m", parameter("now")))
      .select("m.groupName as name");
    // A step looks up the few edges of one group, and never reads all edges of the model.
    if (isOrdered) {
      return direct.union(
        query
          .selectFrom("holding as h")
          .crossJoin("members as m")
          .where("m.modelId", "=", parameter("modelId"))
          .where("m.type", "=", "group")
          .whereRef("m.name", "=", "h.name")
          .where(unexpired("m", parameter("now")))
          .select("m.groupName as name"),
      );
    }
    return direct.union(
      query
        .selectFrom("holding as h")
        .innerJoinLateral(
          (row) =>
            row
              .selectFrom("members as m")
              .where("m.modelId", "=", parameter("modelId"))
              .where("m.type", "=", "group")
              .whereRef("m.name", "=", "h.name")
              .where(unexpired("m", parameter("now")))
              .select("m.groupName as name")
              // Without an offset the planner would make a join of it again.
              .offset(sql.lit(0))
              .as("above"),
          (join) => join.onTrue(),
        )
        .select("above.name"),
    );
  });
}

/** An edge counts until the second in which it expires. `edge`: its alias in the query. */
function unexpired(edge: "m" | "s", now: number): RawBuilder<SqlBool> {
  const expiresAt = sql.ref(`${edge}.expiresAt`);
  return sql<SqlBool>`(${expiresAt} is null or ${expiresAt} > ${now})`;
}
