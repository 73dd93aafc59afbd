// Contents: what a model's devices may download, by name. The bytes are blobs.ts; a content names
// a blob from the moment its upload is complete, and not before.

import { blobContentType } from "../../protocol/content-types.js";
import type { BlobStore } from "./blobs.js";
import { type Database, transact } from "../database/database.js";
import { forgetMembers } from "./members.js";
import { holdModel } from "./models.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { Flag } from "../database/schema.js";

export interface Content {
  readonly id: number;
  readonly modelId: number;
  readonly name: string;
  readonly meta: string;
  /** Only for serials that a group authorises (S-47). */
  readonly protected: Flag;
  readonly type: string;
  /** Bytes; 0 before the upload. */
  readonly size: number;
  /** Unix seconds: of the upload, or of the creation before it. */
  readonly updatedAt: number;
  readonly blobId: number | null;
}

export interface NewContent {
  readonly modelId: number;
  readonly name: string;
  readonly meta: string;
  readonly protected: boolean;
  /** Unix seconds. */
  readonly now: number;
}

export interface Upload {
  readonly contentId: number;
  readonly blobId: number;
  readonly type: string;
  readonly size: number;
  /** Unix seconds. */
  readonly now: number;
}

/** The columns of a content, from a table that is called `c`. */
export const contentColumns = [
  "c.id",
  "c.modelId",
  "c.name",
  "c.meta",
  "c.protected",
  "c.type",
  "c.size",
  "c.updatedAt",
  "c.blobId",
] as const;

export class ContentStore {
  readonly #database: Database;
  readonly #blobs: BlobStore;
  readonly #find;

  constructor(database: Database, blobs: BlobStore) {
    this.#database = database;
    this.#blobs = blobs;
    this.#find = new PreparedQuery<{ modelId: number; name: string }, Content>((parameter) =>
      database
        .selectFrom("contents as c")
        .where("c.modelId", "=", parameter("modelId"))
        .where("c.name", "=", parameter("name"))
        .select(contentColumns),
    );
  }

  find(modelId: number, name: string): Promise<Content | undefined> {
    return this.#find.first(this.#database, { modelId, name });
  }

  /** Names of all contents of the model, in byte order. */
  async names(modelId: number): Promise<string[]> {
    const contents = await this.#database
      .selectFrom("contents")
      .where("modelId", "=", modelId)
      .orderBy("name")
      .select("name")
      .execute();
    return contents.map(({ name }) => name);
  }

  /** False if the model has a content of that name. */
  async create({ now, ...content }: NewContent): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#database
      .insertInto("contents")
      .values({
        ...content,
        protected: content.protected ? 1 : 0,
        type: blobContentType,
        size: 0,
        updatedAt: now,
        blobId: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /**
   * Gives a content its bytes: once (S-44), or each time anew if `replaces`. If it may not have
   * others, or is gone, the blob is still the caller's.
   */
  async publish(upload: Upload, replaces: boolean): Promise<"published" | "taken" | "gone"> {
    const { contentId, blobId, type, size, now } = upload;
    const outcome = await transact(this.#database, async (transaction) => {
      const old = await transaction
        .selectFrom("contents")
        .where("id", "=", contentId)
        .select(["blobId", "updatedAt"])
        .executeTakeFirst();
      if (old === undefined) return "gone";
      if (old.blobId !== null && !replaces) return "taken";
      // Who resumes a download compares size and time: another blob must have another time.
      const updatedAt = old.blobId === null ? now : Math.max(now, old.updatedAt + 1);
      const { numUpdatedRows } = await transaction
        .updateTable("contents")
        .set({ blobId, type, size, updatedAt })
        .where("id", "=", contentId)
        .where("blobId", old.blobId === null ? "is" : "=", old.blobId)
        .executeTakeFirstOrThrow();
      // Only on PostgreSQL can another have come in between: as if it had come first.
      if (numUpdatedRows !== 1n) {
        const isThere = await transaction
          .selectFrom("contents")
          .where("id", "=", contentId)
          .select("id")
          .executeTakeFirst();
        return isThere === undefined ? "gone" : "taken";
      }
      return { replaced: old.blobId }; // Commit point of the upload: the end of the transaction.
    });
    if (typeof outcome === "string") return outcome;
    if (outcome.replaced !== null) await this.#blobs.discard(outcome.replaced);
    return "published";
  }

  /** Deletes the content and its bytes (S-45). False if there is none of that name. */
  async delete(modelId: number, name: string): Promise<boolean> {
    const content = await transact(this.#database, async (transaction) => {
      await holdModel(transaction, modelId);
      const deleted = await transaction
        .deleteFrom("contents")
        .where("modelId", "=", modelId)
        .where("name", "=", name)
        .returning("blobId")
        .executeTakeFirst();
      if (deleted !== undefined) await forgetMembers(transaction, modelId, "content", [name]);
      return deleted;
    });
    if (content === undefined) return false;
    if (content.blobId !== null) await this.#blobs.discard(content.blobId);
    return true;
  }
}
