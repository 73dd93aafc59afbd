// Blobs: immutable runs of bytes in pieces of 64 KiB. A ranged read fetches only the pieces it
// touches, and an upload holds only a few in memory.
//
//     blob    | piece 0: 65,536 | piece 1: 65,536 | ... | last: 1 to 65,536 |    empty: no piece
//
// An upload stores its pieces as they come and counts for nothing until a content names the blob
// (contents.ts, `publish`). A crash before that leaves a blob that nobody names: `sweep` removes it.

import type { Database } from "../database/database.js";
import { Refusal } from "../errors.js";
import { cachedPiecesMax, pieceBytes, piecesPerDelete, piecesPerWrite } from "../limits.js";
import { PreparedQuery } from "../database/prepared-query.js";

interface PieceKey {
  readonly blobId: number;
  readonly number: number;
}

export interface StoredBlob {
  readonly blobId: number;
  /** Bytes. */
  readonly size: number;
}

export class BlobStore {
  readonly #database: Database;
  readonly #piece;
  /** Pieces by blob and number, least recently read first. Blobs do not change: never stale. */
  readonly #cache = new Map<string, Buffer>();

  constructor(database: Database) {
    this.#database = database;
    this.#piece = new PreparedQuery<PieceKey, { bytes: Buffer }>((parameter) =>
      database
        .selectFrom("pieces")
        .where("blobId", "=", parameter("blobId"))
        .where("number", "=", parameter("number"))
        .select("bytes"),
    );
  }

  /**
   * Stores a stream as a new blob. If the stream fails, its error is thrown and nothing is left.
   * `now`: Unix seconds.
   */
  async store(chunks: AsyncIterable<Uint8Array>, now: number): Promise<StoredBlob> {
    const { id: blobId } = await this.#database
      .insertInto("blobs")
      .values({ startedAt: now })
      .returning("id")
      .executeTakeFirstOrThrow();
    try {
      return { blobId, size: await this.#storePieces(blobId, chunks) };
    } catch (error) {
      await this.discard(blobId);
      throw error;
    }
  }

  async #storePieces(blobId: number, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    let pieces: Buffer[] = [];
    let written = 0;
    let piece = Buffer.allocUnsafeSlow(pieceBytes);
    let filled = 0;
    const write = async (): Promise<void> => {
      await this.#write(blobId, written, pieces);
      written += pieces.length;
      pieces = [];
    };
    for await (const chunk of chunks) {
      for (let taken = 0; taken < chunk.length;) {
        const count = Math.min(pieceBytes - filled, chunk.length - taken);
        piece.set(chunk.subarray(taken, taken + count), filled);
        filled += count;
        taken += count;
        if (filled < pieceBytes) break;
        pieces.push(piece);
        piece = Buffer.allocUnsafeSlow(pieceBytes);
        filled = 0;
        if (pieces.length === piecesPerWrite) await write();
      }
    }
    const size = (written + pieces.length) * pieceBytes + filled;
    if (filled > 0) pieces.push(piece.subarray(0, filled));
    if (pieces.length > 0) await write();
    return size;
  }

  async #write(blobId: number, first: number, pieces: readonly Buffer[]): Promise<void> {
    await this.#database
      .insertInto("pieces")
      .values(pieces.map((bytes, index) => ({ blobId, number: first + index, bytes })))
      .execute();
  }

  /** Bytes `first` to `last`, both included, in views of up to a piece each. */
  async *read(blobId: number, first: number, last: number): AsyncGenerator<Buffer, void, void> {
    for (let offset = first; offset <= last;) {
      const number = Math.floor(offset / pieceBytes);
      const start = offset - number * pieceBytes;
      const piece = await this.#readPiece({ blobId, number });
      const bytes = piece.subarray(start, Math.min(pieceBytes, start + last - offset + 1));
      if (bytes.length === 0) throw new Error(`piece ${number} is short`);
      yield bytes;
      offset += bytes.length;
    }
  }

  async #readPiece(key: PieceKey): Promise<Buffer> {
    const name = `${key.blobId}/${key.number}`;
    const cached = this.#cache.get(name);
    if (cached !== undefined) {
      this.#cache.delete(name);
      this.#cache.set(name, cached);
      return cached;
    }
    const piece = await this.#piece.first(this.#database, key);
    // Deleted while it was being read.
    if (piece === undefined) throw new Refusal("unknown-content");
    if (this.#cache.size >= cachedPiecesMax) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(name, piece.bytes);
    return piece.bytes;
  }

  /** Deletes a blob that no content names, some pieces at a time. A crash leaves it to `sweep`. */
  async discard(blobId: number): Promise<void> {
    const last = await this.#database
      .selectFrom("pieces")
      .where("blobId", "=", blobId)
      .orderBy("number", "desc")
      .limit(1)
      .select("number")
      .executeTakeFirst();
    for (let first = 0; last !== undefined && first <= last.number; first += piecesPerDelete) {
      await this.#database
        .deleteFrom("pieces")
        .where("blobId", "=", blobId)
        .where("number", ">=", first)
        .where("number", "<", first + piecesPerDelete)
        .execute();
    }
    await this.#database.deleteFrom("blobs").where("id", "=", blobId).execute();
  }

  /** Deletes blobs begun before `startedBefore` (Unix seconds) that no content names. */
  async sweep(startedBefore: number): Promise<void> {
    const blobs = await this.#database
      .selectFrom("blobs")
      .where("startedAt", "<", startedBefore)
      .where("id", "not in", (expression) =>
        expression.selectFrom("contents").where("blobId", "is not", null).select("blobId"),
      )
      .select("id")
      .execute();
    for (const { id } of blobs) await this.discard(id);
  }
}
