// SQLite for kysely: one file in the data directory, write-ahead log, synchronous=FULL: a
// transaction is on disk when its promise resolves. Several processes may have the file open
// (services and the command line); a writer waits for another's transaction.

import { join } from "node:path";
import {
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { ServiceError } from "../errors.js";
import { logPagesMax } from "../limits.js";
import { Checkpointer } from "./checkpointer.js";
import { makeDataDirectory } from "./data-directory.js";
import type { DialectDifferences } from "./migrations.js";
import { SqliteDriver } from "./sqlite-driver.js";
import { SqliteHandle } from "./sqlite-handle.js";

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
    return new TwoHandleDialect(openWriter(path), openReader(path), new Checkpointer(path));
  } catch (error) {
    throw new ServiceError("data-directory", `cannot open ${path}: ${String(error)}`, {
      cause: error,
    });
  }
}

function openWriter(path: string): SqliteHandle {
  const writer = new SqliteHandle(path);
  // Another process that makes the same new file holds it for a moment.
  writer.set("busy_timeout = 1000");
  writer.set("journal_mode = WAL");
  writer.set("busy_timeout = 0");
  writer.set("synchronous = FULL");
  writer.set("foreign_keys = ON");
  writer.set("temp_store = MEMORY");
  // Usually the checkpointer's thread does it.
  writer.set(`wal_autocheckpoint = ${logPagesMax}`);
  return writer;
}

function openReader(path: string): SqliteHandle {
  const reader = new SqliteHandle(path);
  reader.set("query_only = ON");
  reader.set("temp_store = MEMORY");
  return reader;
}

class TwoHandleDialect implements Dialect {
  readonly #writer: SqliteHandle;
  readonly #reader: SqliteHandle;
  readonly #checkpointer: Checkpointer;

  constructor(writer: SqliteHandle, reader: SqliteHandle, checkpointer: Checkpointer) {
    this.#writer = writer;
    this.#reader = reader;
    this.#checkpointer = checkpointer;
  }

  createDriver(): Driver {
    // Kysely hands back the connections that this driver has made, and no others.
    return new SqliteDriver(this.#writer, this.#reader, this.#checkpointer);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }

  createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(database);
  }
}

/** SQLite's DDL is transactional, so two processes may migrate one new file at once. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
