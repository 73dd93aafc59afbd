// What a serial may read (S-47): every content that is not protected, and a protected one if some
// group holds the content itself and holds the serial, itself or over nested groups, each by an
// edge that has not expired. A content reaches no further up than the groups that hold it.
//
//     stable {fw-1, sn 1}                     1 reads fw-1
//     all {group stable, group beta, fw-0}    1 reads fw-0; nobody reads beta's through `all`

import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { Database } from "../database/database.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { Schema } from "../database/schema.js";

interface Reader {
  readonly modelId: number;
  readonly sn: string;
  /** Unix seconds. */
  readonly now: number;
}

export class GrantStore {
  readonly #names;
  readonly #isGranted;

  constructor(private readonly database: Database) {
    this.#names = new PreparedQuery<Reader, { name: string }>((parameter) =>
      holdingGroups(database, parameter)
        .selectFrom("contents as c")
        .where("c.modelId", "=", parameter("modelId"))
        .where((expression) =>
          expression.or([
            expression("c.protected", "=", 0),
            expression.exists(
              expression
                .selectFrom("members as m")
                .innerJoin("holding as h", "h.name", "m.groupName")
                .where("m.modelId", "=", parameter("modelId"))
                .where("m.type", "=", "content")
                .whereRef("m.name", "=", "c.name")
                .where(unexpired(parameter("now")))
                .select("m.name"),
            ),
          ]),
        )
        .orderBy("c.name")
        .select("c.name"),
    );
    this.#isGranted = new PreparedQuery<Reader & { name: string }, { name: string }>((parameter) =>
      holdingGroups(database, parameter)
        .selectFrom("members as m")
        .innerJoin("holding as h", "h.name", "m.groupName")
        .where("m.modelId", "=", parameter("modelId"))
        .where("m.type", "=", "content")
        .where("m.name", "=", parameter("name"))
        .where(unexpired(parameter("now")))
        .limit(1)
        .select("m.name"),
    );
  }

  /** Names of all contents that the serial may read, in byte order. */
  async names(reader: Reader): Promise<string[]> {
    return (await this.#names.rows(this.database, reader)).map(({ name }) => name);
  }

  /** Whether a group lets the serial read the protected content of that name. */
  async isGranted(reader: Reader, name: string): Promise<boolean> {
    return (await this.#isGranted.first(this.database, { ...reader, name })) !== undefined;
  }
}

/** `holding`: the groups that hold the serial, directly or over others. */
function holdingGroups(
  database: Database,
  parameter: <Name extends keyof Reader>(name: Name) => Reader[Name],
) {
  return database.withRecursive("holding(name)", (query) =>
    query
      .selectFrom("members as m")
      .where("m.modelId", "=", parameter("modelId"))
      .where("m.type", "=", "sn")
      .where("m.name", "=", parameter("sn"))
      .where(unexpired(parameter("now")))
      .select("m.groupName as name")
      .union(
        query
          .selectFrom("members as m")
          .innerJoin("holding as h", "h.name", "m.name")
          .where("m.modelId", "=", parameter("modelId"))
          .where("m.type", "=", "group")
          .where(unexpired(parameter("now")))
          .select("m.groupName as name"),
      ),
  );
}

type MembersAliased = Schema & { m: Schema["members"] };

/** An edge counts until the second in which it expires. */
function unexpired(now: number) {
  return (expression: ExpressionBuilder<MembersAliased, "m">): Expression<SqlBool> =>
    expression.or([expression("m.expiresAt", "is", null), expression("m.expiresAt", ">", now)]);
}
