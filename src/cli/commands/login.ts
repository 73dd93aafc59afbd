// `provision login`: keeps a service's address and a vendor's key for the commands that follow.

import type { Command } from "commander";
import { VendorClient } from "../../client/vendor-client.js";
import { configFile, writeLogin } from "../terminal/config-file.js";
import { printDone, warn } from "../terminal/output.js";
import { readSecret } from "../terminal/secret.js";
import {
  addSessionOptions,
  misuse,
  saidCredentials,
  type SessionOptions,
} from "../terminal/session.js";

const loopback = ["localhost", "127.0.0.1", "[::1]"];

export function addLogin(program: Command): void {
  addSessionOptions(program.command("login"))
    .description("remember a service and a key; asks for a token if no key is given")
    .action(login);
}

async function login(options: SessionOptions): Promise<void> {
  const { server, json } = options;
  if (server === undefined) return misuse("no service: use --server");
  const said = await saidCredentials(options, process.env);
  const credentials = said ?? { token: await readSecret("-", "token") };
  const vendor = await new VendorClient({ server, ...credentials }).registration.name();
  if (vendor === undefined) throw new Error("the key is good, but belongs to no vendor");
  const { protocol, hostname } = new URL(server);
  if (protocol === "http:" && !loopback.includes(hostname)) {
    warn("keys go to this service in the clear; use https");
  }
  const file = configFile(process.env);
  writeLogin(file, { server, credentials });
  printDone(json, { server, vendor, file }, `${server} as ${vendor}, kept in ${file}`);
}
