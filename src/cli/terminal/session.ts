// Which service a command talks to, and as whom: from its options, the environment, or what
// `provision login` kept, in this order.

import { CommanderError, InvalidArgumentError, Option, type Command } from "commander";
import type { Credentials } from "../../client/transport.js";
import { VendorClient } from "../../client/vendor-client.js";
import { configFile, readLogin, type Login } from "./config-file.js";
import { readEnvironment } from "./environment.js";
import { readSecret } from "./secret.js";

export interface SessionOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly cikFile?: string;
  readonly json: boolean;
}

const keysHelp = `
Keys are read from a file, standard input (-), PROVISION_TOKEN or PROVISION_CIK, or from what
\`provision login\` kept; never from arguments, which every user of the machine can see.`;

/** Adds what every command that asks a service has. */
export function addSessionOptions(command: Command): Command {
  return command
    .option("--server <url>", "the service (or PROVISION_SERVER)", serverAddress)
    .option("--token-file <file>", "file of the vendor's token (or PROVISION_TOKEN)")
    .addOption(
      new Option("--cik-file <file>", "file of the vendor's CIK (or PROVISION_CIK)").conflicts(
        "tokenFile",
      ),
    )
    .option("--json", "print JSON", false)
    .addHelpText("after", keysHelp);
}

export async function openClient(options: SessionOptions): Promise<VendorClient> {
  const { server, credentials } = await findLogin(options, process.env);
  return new VendorClient({ server, ...credentials });
}

async function findLogin(options: SessionOptions, environment: NodeJS.ProcessEnv): Promise<Login> {
  const said = readEnvironment("PROVISION_SERVER", environment);
  const server = options.server ?? (said && checkAddress("PROVISION_SERVER", said));
  const credentials = await saidCredentials(options, environment);
  if (server !== undefined && credentials !== undefined) return { server, credentials };
  const kept = readLogin(configFile(environment));
  const found = server ?? kept?.server;
  if (found === undefined) return misuse("no service: use --server or `provision login`");
  if (credentials !== undefined) return { server: found, credentials };
  // A key is for the service it was given for, and for no other.
  if (kept?.server === found) return kept;
  return misuse(`no key for ${found}: use --token-file, PROVISION_TOKEN or \`provision login\``);
}

/** The key that options or environment say. */
export async function saidCredentials(
  { tokenFile, cikFile }: Pick<SessionOptions, "tokenFile" | "cikFile">,
  environment: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  if (tokenFile !== undefined) return { token: await readSecret(tokenFile, "token") };
  if (cikFile !== undefined) return { cik: await readSecret(cikFile, "CIK") };
  const token = readEnvironment("PROVISION_TOKEN", environment);
  if (token !== undefined) return { token };
  const cik = readEnvironment("PROVISION_CIK", environment);
  return cik === undefined ? undefined : { cik };
}

/** Ends the command as misused: exit code 2. */
export function misuse(message: string): never {
  process.stderr.write(`error: ${message}\n`);
  throw new CommanderError(2, "provision.misuse", message);
}

/** An address without its last slash. Throws InvalidArgumentError. */
function serverAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAddress =
    (url?.protocol === "http:" || url?.protocol === "https:") &&
    url.username + url.password + url.search + url.hash === "";
  if (!isAddress) throw new InvalidArgumentError("expected http://host:port");
  return url.href.replace(/\/+$/, "");
}

function checkAddress(name: string, text: string): string {
  try {
    return serverAddress(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return misuse(`${name}: ${error.message}`);
    throw error;
  }
}
