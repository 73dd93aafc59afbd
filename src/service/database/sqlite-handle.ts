// One handle on SQLite's file, with the statements that were prepared on it.
//
// Nothing here waits: SQLite's own busy timeout sleeps, and with it the whole process. A file that
// is locked is an error at once, and sqlite-driver.ts tries again later.

import BetterSqlite3 from "better-sqlite3";
import type { QueryResult } from "kysely";
import { statementsMax } from "../limits.js";

export class SqliteHandle {
  readonly #file: BetterSqlite3.Database;
  /** By text, oldest first. Kysely compiles a query each time; its statement is worth keeping. */
  readonly #statements = new Map<string, BetterSqlite3.Statement>();

  /** Opens the file, making it if it is new. Throws SQLite's error if that is impossible. */
  constructor(path: string) {
    this.#file = new BetterSqlite3(path, { timeout: 0 });
  }

  /** Sets a property of this handle, or of the file: `name = value`. */
  set(assignment: string): void {
    this.#file.pragma(assignment);
  }

  /** False also when SQLite has undone the transaction by itself, as on a full disk. */
  get isInTransaction(): boolean {
    return this.#file.inTransaction;
  }

  /** Throws SQLite's error; `isLocked` and `isOfTheDisk` tell which. */
  run<Row>(text: string, parameters: readonly unknown[]): QueryResult<Row> {
    const statement = this.#prepare(text);
    if (statement.reader) return { rows: statement.all(parameters) as Row[] };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  #prepare(text: string): BetterSqlite3.Statement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#file.prepare(text);
    if (this.#statements.size >= statementsMax) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(text, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#file.close();
  }
}

/** Whether another process has the file for itself, for now. */
export function isLocked(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

/** Whether the file or its disk is at fault, and not the statement. */
export function isOfTheDisk(error: unknown): boolean {
  const codes = /^SQLITE_(FULL|BUSY|IOERR|READONLY|CANTOPEN)/;
  return error instanceof BetterSqlite3.SqliteError && codes.test(error.code);
}
