// Opens the database and brings its tables up to date. The one place that knows which database it
// is: everything else is written against `Kysely<Schema>`.
//
// On both a transaction is on disk when its promise resolves, so a reply that follows it
// acknowledges what a crash keeps.

import { DEFAULT_MIGRATION_TABLE, Kysely, Migrator, SqliteAdapter, type Transaction } from "kysely";
import { ServiceError, type ServiceErrorKind } from "../errors.js";
import { transactionTriesMax } from "../limits.js";
import { type DialectDifferences, formerMigrationNames, migrations } from "./migrations.js";
import type { Schema } from "./schema.js";

export type Database = Kysely<Schema>;

/** Where the database is. */
export interface DatabasePlace {
  /** Of SQLite's file; with PostgreSQL only the key file is there. */
  readonly dataDirectory: string;
  /** Of a PostgreSQL database; default: SQLite. */
  readonly url?: string | undefined;
}

/**
 * Opens the database, making its tables if they are new.
 * Throws ServiceError `data-directory` or `database` if that is impossible.
 */
export async function openDatabase({ dataDirectory, url }: DatabasePlace): Promise<Database> {
  if (url === undefined) {
    const { openSqlite, sqliteDifferences } = await import("./sqlite-dialect.js");
    const database = new Kysely<Schema>({ dialect: openSqlite(dataDirectory) });
    return migrate(database, sqliteDifferences, "data-directory");
  }
  const { openPostgres, postgresDifferences } = await import("./postgres-dialect.js");
  const database = new Kysely<Schema>({ dialect: openPostgres(url) });
  return migrate(database, postgresDifferences, "database");
}

async function migrate(
  database: Database,
  differences: DialectDifferences,
  kind: ServiceErrorKind,
): Promise<Database> {
  const known = migrations(differences);
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(known) },
  });
  try {
    await checkMigrations(database, kind, Object.keys(known));
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw asServiceError(error, kind);
    return database;
  } catch (error) {
    await database.destroy();
    throw asServiceError(error, kind);
  }
}

function asServiceError(cause: unknown, kind: ServiceErrorKind): ServiceError {
  if (cause instanceof ServiceError) return cause;
  const reason = cause instanceof Error ? cause.message : "unknown";
  return new ServiceError(kind, `the database cannot be brought up to date: ${reason}`, { cause });
}

/** Refuses a database of a newer version of this program, and renames what an older one noted. */
async function checkMigrations(
  database: Database,
  kind: ServiceErrorKind,
  known: readonly string[],
): Promise<void> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return;
  const notes = database.withTables<{ [DEFAULT_MIGRATION_TABLE]: { name: string } }>();
  for (const [name, former] of Object.entries(formerMigrationNames)) {
    await notes
      .updateTable(DEFAULT_MIGRATION_TABLE)
      .set({ name })
      .where("name", "=", former)
      .execute();
  }
  const names = await notes.selectFrom(DEFAULT_MIGRATION_TABLE).select("name").execute();
  const newer = names.find(({ name }) => !known.includes(name));
  if (newer === undefined) return;
  throw new ServiceError(
    kind,
    `the database is of a newer version of this program (it has had the migration ` +
      `${newer.name}): run that version, or restore a copy from before it`,
  );
}

/**
 * Whether joins are made in the order of a cross join, as SQLite does. PostgreSQL's planner makes
 * its own: what must be looked up row by row is then a lateral subquery.
 */
export function keepsJoinOrder(database: Database): boolean {
  return database.getExecutor().adapter instanceof SqliteAdapter;
}

/**
 * Runs `run` in a transaction: all of it or nothing. It runs again, a few times, if PostgreSQL
 * undid it so that another process's transaction could go on: it must change nothing else.
 */
export async function transact<Result>(
  database: Database,
  run: (transaction: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await database.transaction().execute(run);
    } catch (error) {
      if (tries === transactionTriesMax || !isUndoneForAnother(error)) throw error;
    }
  }
}

/**
 * SQLSTATE 40P01, a deadlock; 40001, a serialisation failure; 23503, a row that another process's
 * rows have come to refer to, or that is gone, since it was looked at.
 */
const undoneStates: readonly unknown[] = ["40P01", "40001", "23503"];

function isUndoneForAnother(error: unknown): boolean {
  return error instanceof Error && "code" in error && undoneStates.includes(error.code);
}
