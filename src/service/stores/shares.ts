// Shares: which other clients may enable serials of a model (S-54). A share is given to a client;
// who is named by a vendor name at the time.

import type { Database } from "../database/database.js";

export interface SharedModel {
  /** Of the model's creator. */
  readonly vendor: string;
  readonly model: string;
}

export class ShareStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether the model is shared with the client. */
  async exists(modelId: number, clientRid: string): Promise<boolean> {
    const share = await this.#database
      .selectFrom("shares")
      .where("modelId", "=", modelId)
      .where("clientRid", "=", clientRid)
      .select("modelId")
      .executeTakeFirst();
    return share !== undefined;
  }

  /** Names of the vendors with which the model is shared, in byte order. */
  async vendors(modelId: number): Promise<string[]> {
    const vendors = await this.#database
      .selectFrom("shares as s")
      .innerJoin("vendors as v", "v.clientRid", "s.clientRid")
      .where("s.modelId", "=", modelId)
      .orderBy("v.name")
      .select("v.name")
      .execute();
    return vendors.map(({ name }) => name);
  }

  /** The models of others that are shared with the client, in byte order. */
  models(clientRid: string): Promise<SharedModel[]> {
    return this.#database
      .selectFrom("shares as s")
      .innerJoin("models as m", "m.id", "s.modelId")
      .innerJoin("vendors as v", "v.clientRid", "m.ownerRid")
      .where("s.clientRid", "=", clientRid)
      .orderBy("v.name")
      .orderBy("m.name")
      .select(["v.name as vendor", "m.name as model"])
      .execute();
  }

  /** Shares the model; a second time changes nothing. */
  async create(modelId: number, clientRid: string): Promise<void> {
    await this.#database
      .insertInto("shares")
      .values({ modelId, clientRid })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** False if there is no such share. */
  async delete(modelId: number, clientRid: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database
      .deleteFrom("shares")
      .where("modelId", "=", modelId)
      .where("clientRid", "=", clientRid)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }
}
