// What an owner says of a client in free form: name, meta, limits. The scripts of the time write it
// when they enable a serial, and read it back (S-18); the service itself reads nothing in it.

import type { Database } from "../database/database.js";
import { isRecord, parseJson } from "../database/json.js";
import { descriptionBytesMax } from "../limits.js";

export type Description = Readonly<Record<string, unknown>>;

/** Of a client that nothing was said of. */
export const blankDescription: Description = { locked: false, meta: "", name: "", public: false };

/** `description` with the fields of `said` in place of its own; undefined if that is too large. */
export function describe(description: Description, said: Description): Description | undefined {
  const described = { ...description, ...said };
  const byteLength = Buffer.byteLength(JSON.stringify(described));
  return byteLength <= descriptionBytesMax ? described : undefined;
}

export class DescriptionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(clientRid: string): Promise<Description> {
    const row = await this.#database
      .selectFrom("descriptions")
      .where("clientRid", "=", clientRid)
      .select("json")
      .executeTakeFirst();
    const description = row && parseJson(row.json);
    return isRecord(description) ? description : blankDescription;
  }

  async put(transaction: Database, clientRid: string, description: Description): Promise<void> {
    const json = JSON.stringify(description);
    await transaction
      .insertInto("descriptions")
      .values({ clientRid, json })
      .onConflict((conflict) => conflict.column("clientRid").doUpdateSet({ json }))
      .execute();
  }
}
