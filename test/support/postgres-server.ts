// A PostgreSQL server of the tests' own: Debian's programs, a new cluster in a temporary folder,
// one loopback port. It trusts every connection and, unless told, does not wait for the disk: what
// the tests kill is the service, never the server.

import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "./free-port.js";

const debianFolder = "/usr/lib/postgresql";
const startTimeMsMax = 60_000;

/** Empties every table but those in which kysely notes what it has migrated. */
const truncateAll = `
  do $$ declare names text; begin
    select string_agg(quote_ident(tablename), ', ') into names
    from pg_tables where schemaname = 'public' and tablename not like 'kysely%';
    if names is not null then execute 'truncate ' || names || ' restart identity cascade'; end if;
  end $$`;

/** The user that runs it: PostgreSQL refuses to be root's. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export class PostgresServer {
  #databases = 0;
  #scratch: string | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private process: ChildProcess,
    private readonly run: () => ChildProcess,
  ) {}

  /** The folder of PostgreSQL's programs, or undefined if it is not installed. */
  static findPrograms(): string | undefined {
    const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
    return versions
      .sort((one, two) => Number(two) - Number(one))
      .map((version) => join(debianFolder, version, "bin"))
      .find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
  }

  /**
   * Makes a cluster and starts its server. `programs`: as `findPrograms` tells. `isDurable`: it
   * waits for the disk, as one in earnest does.
   */
  static async start(programs: string, { isDurable = false } = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), "provision-postgres-"));
    const account = serverAccount();
    if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? 0);
    const data = join(folder, "data");
    const cwd = folder;
    await promisify(execFile)(
      join(programs, "initdb"),
      ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
      { ...account, cwd },
    );
    const port = await freePort();
    const settings = [
      `fsync=${isDurable ? "on" : "off"}`,
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${folder}`,
    ];
    const options = settings.flatMap((setting) => ["-c", setting]);
    const run = (): ChildProcess =>
      spawn(join(programs, "postgres"), ["-D", data, "-p", String(port), ...options], {
        ...account,
        cwd,
        stdio: "ignore",
      });
    const server = new PostgresServer(folder, port, run(), run);
    await server.#answers();
    return server;
  }

  /** Makes an empty database and returns its URL. */
  async createDatabase(): Promise<string> {
    const name = `test${String(this.#databases++)}`;
    await this.#execute(`create database ${name} template template0`);
    return this.#url(name);
  }

  /** The URL of one database that is emptied, not made anew: quick, for one service at a time. */
  async emptyDatabase(): Promise<string> {
    this.#scratch ??= await this.createDatabase();
    await this.#execute(truncateAll, this.#scratch);
    return this.#scratch;
  }

  /** Ends every connection, as a server does that shuts down; it goes on taking new ones. */
  async dropConnections(): Promise<void> {
    await this.#execute(
      "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null",
    );
  }

  /** Stops the server; `restart` brings it back with all its databases. */
  async halt(): Promise<void> {
    const exited = once(this.process, "exit");
    // SIGINT is PostgreSQL's fast shutdown: connections are ended.
    this.process.kill("SIGINT");
    await exited;
  }

  async restart(): Promise<void> {
    this.process = this.run();
    await this.#answers();
  }

  /** Stops the server if it runs, and forgets all its data. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null) await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  async #execute(statement: string, url = this.#url("postgres")): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  async #answers(): Promise<void> {
    const deadline = performance.now() + startTimeMsMax;
    for (;;) {
      try {
        await this.#execute("select 1");
        return;
      } catch (error) {
        if (performance.now() > deadline || this.process.exitCode !== null) throw error;
        await sleep(50);
      }
    }
  }
}

/** Nobody in particular if the tests are not root's, else Debian's `postgres` or `nobody`. */
function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      continue;
    }
  }
  return {};
}
