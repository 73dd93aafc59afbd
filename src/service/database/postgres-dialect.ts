// PostgreSQL for kysely: a pool of connections, over which any number of service processes share
// one database. Isolation is READ COMMITTED: what must hold between rows is held by conditions in
// the statements themselves, and by `holdModel`.
//
// A server that cannot be reached is told apart from a query that fails: the one is answered 503
// and tried again with the next request, the other is a bug.

import {
  CompiledQuery,
  type Dialect,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
} from "kysely";
import pg from "pg";
import { DatabaseUnreachable, ServiceError } from "../errors.js";
import { databaseConnectionsMax, databaseWaitMs, statementsMax } from "../limits.js";
import type { DialectDifferences } from "./migrations.js";

export const postgresDifferences: DialectDifferences = {
  sortsTextByBytes: false,
  callsBytesBytea: true,
  hasIdentityColumns: true,
};

/** A reply acknowledges what is on disk, also where a server's default is not to wait for it. */
const commitsDurably = `
  select set_config('synchronous_commit', 'on', false)
  where current_setting('synchronous_commit') = 'off'`;

/**
 * `url`: postgres://user@host:port/database; what it leaves out is taken from PGPASSWORD and the
 * other variables of libpq. Connects when the first query runs.
 * Throws ServiceError `database` if it is no such URL.
 */
export function openPostgres(url: string): Dialect {
  if (!URL.canParse(url) || !/^postgres(ql)?:\/\//.test(url)) {
    // What was said is not repeated: it may hold a password.
    throw new ServiceError("database", "expected a URL postgres://user@host:port/database");
  }
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "provision",
    max: databaseConnectionsMax,
    connectionTimeoutMillis: databaseWaitMs,
    types: {
      // `bigint`, and what `count` returns. No number of ours leaves 2^53.
      getTypeParser: (oid, format) =>
        oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as unknown),
    },
  });
  // An idle connection that breaks leaves the pool; the next query opens another.
  pool.on("error", () => undefined);
  return new PostgresDialect({
    pool: new NamingPool(pool),
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw(commitsDurably));
    },
  });
}

/**
 * Gives each statement a name, under which the server keeps its plan. Only as many as are worth
 * keeping: statements for lists have as many texts as there are lengths.
 */
class NamingPool implements PostgresPool {
  readonly #names = new Map<string, string>();
  readonly #clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();

  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#connect();
    let naming = this.#clients.get(client);
    if (naming === undefined) {
      naming = this.#wrap(client);
      this.#clients.set(client, naming);
    }
    return naming;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw new DatabaseUnreachable(error);
    }
  }

  #wrap(client: pg.PoolClient): PostgresPoolClient {
    const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
      try {
        const name = values.length === 0 ? undefined : this.#name(text);
        return await client.query({
          text,
          values: [...values],
          ...(name !== undefined && { name }),
        });
      } catch (error) {
        throw isLoss(error) ? new DatabaseUnreachable(error) : error;
      }
    };
    return {
      query: query as PostgresPoolClient["query"],
      release: () => {
        client.release();
      },
    };
  }

  #name(text: string): string | undefined {
    let name = this.#names.get(text);
    if (name === undefined && this.#names.size < statementsMax) {
      name = `provision ${this.#names.size}`;
      this.#names.set(text, name);
    }
    return name;
  }
}

/**
 * Whether a query failed because its connection did. What the server says itself has a SQLSTATE:
 * class 08, and 57P01 to 57P03 of a server that shuts down, crashes or starts. Class 53 is a server
 * that has no room: its disk is full, or it takes no more connections.
 */
function isLoss(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(08|53|57P0[123])/.test(error.code ?? "");
  return error instanceof Error;
}
