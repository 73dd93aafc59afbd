// What a client may change below itself in the tree of clients (S-18): make one, and drop one with
// all that is below it. Each is one transaction.

import { type Database, transact } from "../database/database.js";
import type { ClientStore } from "./clients.js";
import type { Description, DescriptionStore } from "./descriptions.js";

export class ClientTree {
  readonly #database: Database;
  readonly #clients: ClientStore;
  readonly #descriptions: DescriptionStore;

  constructor(database: Database, clients: ClientStore, descriptions: DescriptionStore) {
    this.#database = database;
    this.#clients = clients;
    this.#descriptions = descriptions;
  }

  /** Whether `rid` is `ancestorRid` or below it. */
  holds(rid: string, ancestorRid: string): Promise<boolean> {
    return this.#clients.descends(this.#database, rid, ancestorRid);
  }

  /**
   * Makes a client below `ownerRid` and returns its RID; undefined if the owner may have no more.
   * `now`: Unix seconds.
   */
  grow(ownerRid: string, description: Description, now: number): Promise<string | undefined> {
    return transact(this.#database, async (transaction) => {
      if (!(await this.#clients.hasRoom(transaction, ownerRid))) return undefined;
      const { rid } = await this.#clients.create(transaction, {
        ownerRid,
        status: "activated",
        activableUntil: null,
        createdAt: now,
        clientsMax: null,
      });
      await this.#descriptions.put(transaction, rid, description);
      return rid;
    });
  }

  /** Removes the client and all below it. False if one of them has a vendor name or models. */
  drop(rid: string): Promise<boolean> {
    return transact(this.#database, (transaction) => this.#clients.drop(transaction, rid));
  }
}
