// The databases a service is tested on: a SQLite file, and a real PostgreSQL where it is installed.
// With PROVISION_TEST_POSTGRES=required its absence is a failure, so that no machine that is meant
// to have it skips in silence.

import { PostgresServer } from "../support/postgres-server.js";

export interface DatabaseKind {
  readonly name: string;
  /**
   * The URL of an empty database; undefined for SQLite, which is in the data directory. Called in
   * a hook or a test, which is skipped if there is no such database here. One at a time: the
   * next call empties it.
   */
  readonly create: (context: Mocha.Context) => Promise<string | undefined>;
}

/** Of the server and its first database, on a busy machine. */
const startTimeMsMax = 60_000;

let postgres: Promise<PostgresServer> | undefined;

/** The one PostgreSQL server of this run of the tests; skips the test that asks without one. */
export async function postgresServer(context: Mocha.Context): Promise<PostgresServer> {
  const programs = PostgresServer.findPrograms();
  if (programs === undefined) {
    if (process.env["PROVISION_TEST_POSTGRES"] === "required") {
      throw new Error("PostgreSQL is not installed, and PROVISION_TEST_POSTGRES requires it");
    }
    return context.skip();
  }
  context.timeout(Math.max(context.timeout(), startTimeMsMax));
  return (postgres ??= PostgresServer.start(programs));
}

export const databaseKinds: readonly DatabaseKind[] = [
  { name: "SQLite", create: () => Promise.resolve(undefined) },
  {
    name: "PostgreSQL",
    create: async (context) => (await postgresServer(context)).emptyDatabase(),
  },
];

before("tells whether PostgreSQL is there", () => {
  if (PostgresServer.findPrograms() !== undefined) return;
  process.stderr.write("PostgreSQL is not installed (apt-get install postgresql): skipped\n");
});

after("stops PostgreSQL", async () => {
  await (await postgres)?.stop();
});
