// `provision serve`: runs the service.

import { isIP } from "node:net";
import { InvalidArgumentError, Option, type Command } from "commander";
import { warn } from "../terminal/output.js";
import type { Place } from "./serve-processes.js";

/** More than any machine has cores for that this service would keep busy. */
const processesMax = 64;

interface ServeOptions {
  readonly data: string;
  readonly database?: string;
  readonly port: number;
  readonly host: string;
  readonly accessLog?: string;
  readonly replaceContent: boolean;
  readonly activationWindow?: number;
  readonly requestsPerConnection?: number;
  readonly proxyProtocol: boolean;
  readonly advertise?: { readonly address: string; readonly port: number };
  readonly processes: number;
  readonly json: boolean;
}

const more = `
PROVISION_KEY, 64 hexadecimal digits, takes the place of the key file in the folder: services that
share a database need the same key. SIGTERM ends the service after the replies in flight; SIGHUP
makes it go on in a new access log. docs/guides/service.md tells how to run it for a fleet.`;

export function addServe(program: Command): void {
  addPlaceOptions(program.command("serve"))
    .description("run the Provision service until SIGTERM")
    .option("--port <n>", "port (0: any free one)", port, 8080)
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .option("--access-log <file>", "append a line for each reply")
    .option("--replace-content", "let contents be uploaded again, in place of the old bytes", false)
    .option(
      "--activation-window <seconds>",
      "time from enabling to activation (default: a day)",
      count,
    )
    .option(
      "--requests-per-connection <n>",
      "close a connection after n requests (default: unlimited)",
      count,
    )
    .option("--advertise <address:port>", "address that /ip gives to devices", endpoint)
    .option("--proxy-protocol", "expect PROXY protocol v1 headers from the proxy in front", false)
    .option("--processes <n>", "processes that share the port, about one a core", processes, 1)
    .option("--json", "print where it listens as JSON", false)
    .addHelpText("after", more)
    .action(serve);
}

/** Adds what tells where a service's data are. */
export function addPlaceOptions(command: Command): Command {
  return command
    .requiredOption("--data <dir>", "folder of the key and of SQLite's file; made if need be")
    .addOption(
      new Option(
        "--database <url>",
        "postgres://user@host/name, shared by any number of services; default: SQLite",
      ).env("PROVISION_DATABASE"),
    );
}

/** Warns of a password that every user of the machine can see. */
export function warnOfPassword(database: string | undefined): void {
  const isArgument = database !== undefined && database !== process.env["PROVISION_DATABASE"];
  if (!isArgument || !URL.canParse(database) || new URL(database).password === "") return;
  warn("the password in --database shows in the list of processes: use PROVISION_DATABASE");
}

async function serve(options: ServeOptions): Promise<void> {
  // Nobody may read them any more, or their disk may be full: the service goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const several = await import("./serve-processes.js");
  if (several.isStarted()) {
    try {
      await serveInOne(options, several.tellListening, several.leave);
      return;
    } catch (error) {
      several.leave();
      throw error;
    }
  }
  warnOfPassword(options.database);
  const print = (place: Place): void => {
    printPlace(options, place);
  };
  if (options.processes === 1) {
    await serveInOne(options, print);
    return;
  }
  await prepareData(options);
  process.exitCode = await several.runProcesses(options.processes, print, tell);
}

/** Makes or updates the data, once for all processes; what is wrong with them is said once. */
async function prepareData({ data, database: url }: ServeOptions): Promise<void> {
  const { openStorage } = await import("../../service/stores/storage.js");
  const place = { dataDirectory: data, url };
  const storage = await openStorage(place, process.env["PROVISION_KEY"]);
  await storage.database.destroy();
}

/** Runs a service in this process until a signal ends it; calls `onListening`, then `onEnd`. */
async function serveInOne(
  options: ServeOptions,
  onListening: (place: Place) => void,
  onEnd?: () => void,
): Promise<void> {
  const { data, database, port, host, accessLog } = options;
  const { startService } = await import("../../service/service.js");
  const { AccessLog } = await import("../../service/access-log.js");
  const log =
    accessLog === undefined
      ? undefined
      : new AccessLog(accessLog, ({ message }) => tell(`access log: ${message}`));
  const service = await startService({
    dataDirectory: data,
    database,
    port,
    host,
    log: tell,
    ...(log !== undefined && { onReply: (record) => log.write(record) }),
    options: {
      replaceContent: options.replaceContent,
      proxyProtocol: options.proxyProtocol,
      ...(options.activationWindow && { activationWindowSeconds: options.activationWindow }),
      ...(options.requestsPerConnection && {
        maxRequestsPerConnection: options.requestsPerConnection,
      }),
      ...(options.advertise && { advertised: options.advertise }),
    },
  });
  const end = async (): Promise<void> => {
    await service.close();
    await log?.close();
    onEnd?.();
  };
  process.once("SIGTERM", () => void end());
  process.once("SIGINT", () => void end());
  process.on("SIGHUP", () => log?.reopen());
  onListening({ address: service.address, port: service.port });
}

function printPlace({ data, database, json }: ServeOptions, { address, port }: Place): void {
  const url = `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
  const where = database === undefined ? data : "PostgreSQL";
  const line = json
    ? JSON.stringify({ url, address, port })
    : `listening on ${url}, data in ${where}`;
  process.stdout.write(`${line}\n`);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function processes(text: string): number {
  const value = /^[1-9]\d?$/.test(text) ? Number(text) : NaN;
  if (value <= processesMax) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${processesMax}`);
}

function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("expected a port from 0 to 65535");
}

function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 1 to 999999999");
}

/** Procedure 68 has room for an IPv4 address only. */
function endpoint(text: string): { address: string; port: number } {
  const [, address = "", digits = ""] = /^([\d.]+):(\d{1,5})$/.exec(text) ?? [];
  if (isIP(address) === 4) return { address, port: port(digits) };
  throw new InvalidArgumentError("expected an IPv4 address and a port, 192.0.2.1:80");
}
