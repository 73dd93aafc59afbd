// `provision serve`: runs the service.

import { isIP } from "node:net";
import { InvalidArgumentError, Option, type Command } from "commander";
import { warn } from "../terminal/output.js";

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
  const { data, database, port, host, json, accessLog } = options;
  warnOfPassword(database);
  const { startService } = await import("../../service/service.js");
  const { AccessLog } = await import("../../service/access-log.js");
  // Nobody may read them any more, or their disk may be full: the service goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const tell = (line: string): boolean => process.stderr.write(`${line}\n`);
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
  const name = isIP(service.address) === 6 ? `[${service.address}]` : service.address;
  const url = `http://${name}:${service.port}`;
  const told = json ? JSON.stringify({ url, address: service.address, port: service.port }) : url;
  const place = database === undefined ? data : "PostgreSQL";
  process.stdout.write(json ? `${told}\n` : `listening on ${told}, data in ${place}\n`);
  const end = (): void => {
    void service.close().then(() => log?.close());
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  process.on("SIGHUP", () => log?.reopen());
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
