// SQLite for kysely: one file in the data directory, write-ahead log, synchronous=FULL: a
// transaction is on disk when its promise resolves. Several processes may have the file open (the
// service and the command line); a writer waits for another's transaction.

import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from "kysely";
import { makeDataDirectory } from "./data-directory.js";
import { DatabaseUnreachable, ServiceError } from "../errors.js";
import { databaseWaitMs, statementsMax } from "../limits.js";
import type { DialectDifferences } from "./migrations.js";

const databaseFileName = "provision.db";

export const sqliteDifferences: DialectDifferences = {
  sortsTextByBytes: true,
  callsBytesBytea: false,
  hasIdentityColumns: false,
};

/**
 * Opens the file in `dataDirectory`, making both if they are new.
 * Throws ServiceError `data-directory` if that is impossible.
 */
export function openSqlite(dataDirectory: string): Dialect {
  const path = join(dataDirectory, databaseFileName);
  try {
    makeDataDirectory(dataDirectory);
    const file = new BetterSqlite3(path, { timeout: databaseWaitMs });
    file.pragma("journal_mode = WAL");
    file.pragma("synchronous = FULL");
    file.pragma("foreign_keys = ON");
    return new DurableSqliteDialect(new StatementCache(file));
  } catch (error) {
    throw new ServiceError("data-directory", `cannot open ${path}: ${String(error)}`, {
      cause: error,
    });
  }
}

/** Kysely prepares every query anew; statements are worth keeping. Forgets the oldest first. */
class StatementCache implements SqliteDatabase {
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(private readonly file: BetterSqlite3.Database) {}

  prepare(query: string): SqliteStatement {
    const known = this.#statements.get(query);
    if (known !== undefined) return known;
    const statement = new TellingStatement(telling(() => this.file.prepare(query)));
    if (this.#statements.size >= statementsMax) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(query, statement);
    return statement;
  }

  /** False also when SQLite has undone the transaction by itself. */
  get isInTransaction(): boolean {
    return this.file.inTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.file.close();
  }
}

/** Tells a disk that takes no more, or another process that does not let go, from a bug. */
class TellingStatement implements SqliteStatement {
  constructor(private readonly statement: SqliteStatement) {}

  get reader(): boolean {
    return this.statement.reader;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return telling(() => this.statement.all(parameters));
  }

  run(parameters: readonly unknown[]): ReturnType<SqliteStatement["run"]> {
    return telling(() => this.statement.run(parameters));
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.statement.iterate(parameters);
  }
}

function telling<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const passes = /^SQLITE_(FULL|BUSY|IOERR|READONLY|CANTOPEN)/;
    const isOfTheDisk = error instanceof BetterSqlite3.SqliteError && passes.test(error.code);
    throw isOfTheDisk ? new DatabaseUnreachable(error) : error;
  }
}

class DurableSqliteDialect extends SqliteDialect {
  constructor(private readonly cache: StatementCache) {
    super({ database: cache });
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.cache);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** Takes the write lock at the start: a transaction that reads first cannot then fail to write. */
class ImmediateDriver extends SqliteDriver {
  constructor(private readonly cache: StatementCache) {
    super({ database: cache });
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  /** A disk that takes no more has undone the transaction already. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.cache.isInTransaction) await super.rollbackTransaction(connection);
  }
}

/** SQLite's DDL is transactional, so two processes may migrate one new file at once. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
