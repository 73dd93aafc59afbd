// Runs kysely's queries on SQLite over two handles: one writes, one reads.
//
//     transaction, insert, update, delete    the writer, one at a time, in the order they ask
//     select outside a transaction           the reader, at once: it sees what is committed
//
// So nobody's long transaction holds up another's read. What another process locks is tried again
// by a timer, never waited for asleep, and a chain of statements leaves others their turn.

import { setTimeout as sleep } from "node:timers/promises";
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import { DatabaseUnreachable } from "../errors.js";
import { databaseWaitMs, lockPauseMsMax, turnMsMax } from "../limits.js";
import { isLocked, isOfTheDisk, type SqliteHandle } from "./sqlite-handle.js";
import type { Checkpointer } from "./checkpointer.js";
import { Turn } from "./turn.js";

export class SqliteDriver implements Driver {
  readonly #writer: SqliteHandle;
  readonly #reader: SqliteHandle;
  readonly #checkpointer: Checkpointer;
  readonly #queue: WriterQueue;
  readonly #turn = new Turn(turnMsMax);

  constructor(writer: SqliteHandle, reader: SqliteHandle, checkpointer: Checkpointer) {
    this.#writer = writer;
    this.#reader = reader;
    this.#checkpointer = checkpointer;
    this.#queue = new WriterQueue(() => {
      checkpointer.noteWrite();
    });
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<SqliteConnection> {
    return Promise.resolve(
      new SqliteConnection(this.#writer, this.#reader, this.#queue, this.#turn),
    );
  }

  beginTransaction(connection: SqliteConnection): Promise<void> {
    return connection.begin();
  }

  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: SqliteConnection): Promise<void> {
    return connection.rollback();
  }

  releaseConnection(connection: SqliteConnection): Promise<void> {
    return connection.rollback();
  }

  async destroy(): Promise<void> {
    // The last handle to close is the one that may write the log back into the file.
    await this.#checkpointer.close();
    this.#reader.close();
    this.#writer.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #writer: SqliteHandle;
  readonly #reader: SqliteHandle;
  readonly #queue: WriterQueue;
  readonly #turn: Turn;
  /** Whether the writer is this connection's, for a transaction. */
  #holdsWriter = false;

  constructor(writer: SqliteHandle, reader: SqliteHandle, queue: WriterQueue, turn: Turn) {
    this.#writer = writer;
    this.#reader = reader;
    this.#queue = queue;
    this.#turn = turn;
  }

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    const next = this.#turn.next();
    if (next !== undefined) await next;
    if (this.#holdsWriter) return translated(() => this.#writer.run<Row>(sql, parameters));
    if (query.kind === "SelectQueryNode") {
      return unlocked(() => this.#reader.run<Row>(sql, parameters));
    }
    await this.#queue.enter();
    try {
      return await unlocked(() => this.#writer.run<Row>(sql, parameters));
    } finally {
      this.#queue.leave();
    }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  /** Locks the file at the start: a transaction that reads first cannot then fail to write. */
  async begin(): Promise<void> {
    await this.#queue.enter();
    try {
      await unlocked(() => this.#writer.run("begin immediate", []));
      this.#holdsWriter = true;
    } catch (error) {
      this.#queue.leave();
      throw error;
    }
  }

  /** If it fails the transaction is still to be rolled back. */
  async commit(): Promise<void> {
    await unlocked(() => this.#writer.run("commit", []));
    this.#leaveWriter();
  }

  /** Undoes the transaction, if there is one: a full disk has undone it already. */
  rollback(): Promise<void> {
    if (!this.#holdsWriter) return Promise.resolve();
    try {
      if (this.#writer.isInTransaction) translated(() => this.#writer.run("rollback", []));
    } finally {
      this.#leaveWriter();
    }
    return Promise.resolve();
  }

  #leaveWriter(): void {
    this.#holdsWriter = false;
    this.#queue.leave();
  }
}

/** Those that wait for the writer, first come, first served. */
class WriterQueue {
  #isHeld = false;
  readonly #waiting: (() => void)[] = [];
  readonly #onLeave: () => void;

  /** `onLeave`: called whenever one has done with the writer. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  async enter(): Promise<void> {
    if (this.#isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isHeld = true;
  }

  leave(): void {
    this.#onLeave();
    const next = this.#waiting.shift();
    // The writer passes from hand to hand: nobody gets in between.
    if (next === undefined) this.#isHeld = false;
    else next();
  }
}

/** Runs a statement; if the file is locked, again and again for `databaseWaitMs`. */
async function unlocked<Result>(run: () => Result): Promise<Result> {
  const deadline = performance.now() + databaseWaitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, lockPauseMsMax)) {
    try {
      return run();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= deadline) throw translate(error);
    }
    // Of several processes that wait, none must always come too late.
    await sleep(pauseMs * (0.5 + Math.random() / 2));
  }
}

function translated<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw translate(error);
  }
}

/** A disk that takes no more, or another process's lock, is no fault of the query. */
function translate(error: unknown): unknown {
  return isOfTheDisk(error) ? new DatabaseUnreachable(error) : error;
}
