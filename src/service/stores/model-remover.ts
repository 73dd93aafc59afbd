// Deletes models, which may have a million serials. One small transaction makes the model vanish;
// then all that belonged to it goes, some at a time, so that others can write in between. A
// crash leaves a model that nobody finds and whose keys are dead: `finish` takes it up again.

import type { BlobStore } from "./blobs.js";
import { type Database, transact } from "../database/database.js";
import { removalMsMax } from "../limits.js";
import { emptyGroup } from "./members.js";
import type { SerialStore } from "./serials.js";

export class ModelRemover {
  readonly #database: Database;
  readonly #blobs: BlobStore;
  readonly #serials: SerialStore;

  constructor(database: Database, blobs: BlobStore, serials: SerialStore) {
    this.#database = database;
    this.#blobs = blobs;
    this.#serials = serials;
  }

  /**
   * Deletes the model with its serials and their clients, its contents, groups and shares (S-34).
   * Resolves when all is gone. `now`: Unix seconds.
   */
  async remove(id: number, now: number): Promise<void> {
    await transact(this.#database, async (transaction) => {
      await transaction.deleteFrom("shares").where("modelId", "=", id).execute();
      await transaction
        .updateTable("models")
        .set({ deletedAt: now, name: vanishedName(id) })
        .where("id", "=", id)
        .execute();
    }); // Commit point: its keys are dead, and its name is free.
    await this.#clear(id);
  }

  /** Deletes what is left of models whose deletion a crash has cut short. */
  async finish(): Promise<void> {
    const models = await this.#database
      .selectFrom("models")
      .where("deletedAt", "is not", null)
      .select("id")
      .execute();
    for (const { id } of models) await this.#clear(id);
  }

  async #clear(id: number): Promise<void> {
    do {
      await this.#inTurns((transaction) => this.#serials.removeSome(transaction, id));
      await this.#inTurns((transaction) => removeGroup(transaction, id));
      await this.#removeContents(id);
    } while (!(await this.#removeModel(id)));
  }

  /** Runs `removeSome` until it says that nothing is left, in transactions of bounded length. */
  async #inTurns(removeSome: (transaction: Database) => Promise<boolean>): Promise<void> {
    for (let isMore = true; isMore;) {
      isMore = await transact(this.#database, async (transaction) => {
        const end = performance.now() + removalMsMax;
        while (await removeSome(transaction)) {
          if (performance.now() >= end) return true;
        }
        return false;
      });
    }
  }

  async #removeContents(modelId: number): Promise<void> {
    const contents = await this.#database
      .deleteFrom("contents")
      .where("modelId", "=", modelId)
      .returning("blobId")
      .execute();
    for (const { blobId } of contents) {
      if (blobId !== null) await this.#blobs.discard(blobId);
    }
  }

  /** False if a request that was under way has added a serial since. */
  #removeModel(id: number): Promise<boolean> {
    return transact(this.#database, async (transaction) => {
      // A change of the key waits for the transactions that refer to the row, and they are seen.
      await transaction
        .updateTable("models")
        .set({ name: `${vanishedName(id)}-` })
        .where("id", "=", id)
        .execute();
      const serial = await transaction
        .selectFrom("serials")
        .where("modelId", "=", id)
        .limit(1)
        .select("id")
        .executeTakeFirst();
      if (serial !== undefined) return false;
      await transaction.deleteFrom("models").where("id", "=", id).execute();
      return true;
    });
  }
}

/** A name that no request can have. */
function vanishedName(id: number): string {
  return `?${id}`;
}

async function removeGroup(transaction: Database, modelId: number): Promise<boolean> {
  const group = await transaction
    .selectFrom("groups")
    .where("modelId", "=", modelId)
    .limit(1)
    .select("name")
    .executeTakeFirst();
  if (group === undefined) return false;
  if (await emptyGroup(transaction, { modelId, group: group.name })) return true;
  await transaction
    .deleteFrom("groups")
    .where("modelId", "=", modelId)
    .where("name", "=", group.name)
    .execute();
  return true;
}
