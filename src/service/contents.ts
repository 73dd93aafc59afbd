// Contents: what a model's devices may download, by name. The bytes are blobs.ts; a content names
// a blob from the moment its upload is complete, and not before.

import { blobContentType } from "../protocol/paths.js";
import type { BlobStore } from "./blobs.js";
import type { Database } from "./database.js";
import { PreparedQuery } from "./prepared-query.js";
import type { Flag } from "./schema.js";

export interface Content {
  readonly id: number;
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

export class ContentStore {
  readonly #find;
  readonly #openNames;

  constructor(
    private readonly database: Database,
    private readonly blobs: BlobStore,
  ) {
    this.#find = new PreparedQuery<{ modelId: number; name: string }, Content>((parameter) =>
      database
        .selectFrom("contents")
        .where("modelId", "=", parameter("modelId"))
        .where("name", "=", parameter("name"))
        .select(["id", "meta", "protected", "type", "size", "updatedAt", "blobId"]),
    );
    this.#openNames = new PreparedQuery<{ modelId: number }, { name: string }>((parameter) =>
      database
        .selectFrom("contents")
        .where("modelId", "=", parameter("modelId"))
        .where("protected", "=", 0)
        .orderBy("name")
        .select("name"),
    );
  }

  find(modelId: number, name: string): Promise<Content | undefined> {
    return this.#find.first(this.database, { modelId, name });
  }

  /** Names of all contents of the model, in byte order. */
  async names(modelId: number): Promise<string[]> {
    const contents = await this.database
      .selectFrom("contents")
      .where("modelId", "=", modelId)
      .orderBy("name")
      .select("name")
      .execute();
    return contents.map(({ name }) => name);
  }

  /** Names of the contents that every serial of the model may read, in byte order. */
  async openNames(modelId: number): Promise<string[]> {
    return (await this.#openNames.rows(this.database, { modelId })).map(({ name }) => name);
  }

  /** False if the model has a content of that name. */
  async create({ now, ...content }: NewContent): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.database
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
   * Gives a content its bytes, once (S-44). False if it has some already or is gone; the blob is
   * then still the caller's.
   */
  async publish({ contentId, blobId, type, size, now }: Upload): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable("contents")
      .set({ blobId, type, size, updatedAt: now })
      .where("id", "=", contentId)
      .where("blobId", "is", null)
      .executeTakeFirstOrThrow(); // Commit point of the upload.
    return numUpdatedRows === 1n;
  }

  /** Deletes the content and its bytes (S-45). False if there is none of that name. */
  async delete(modelId: number, name: string): Promise<boolean> {
    return this.database.transaction().execute(async (transaction) => {
      const content = await transaction
        .deleteFrom("contents")
        .where("modelId", "=", modelId)
        .where("name", "=", name)
        .returning("blobId")
        .executeTakeFirst();
      if (content === undefined) return false;
      if (content.blobId !== null) await this.blobs.delete(transaction, content.blobId);
      return true;
    });
  }
}
