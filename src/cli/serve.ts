// `provision serve`, `vendor create`, `owner create`: running the service, and what only whoever
// runs it may do.

import { mkdirSync } from "node:fs";
import { InvalidArgumentError, type Command } from "commander";
import type { Admin } from "../service/admin.js";
import { addRegistration } from "./registration.js";

interface ServeOptions {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly json: boolean;
}

interface CreateOptions {
  readonly data: string;
  readonly vendor?: string;
  readonly json: boolean;
}

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("run the Provision service until SIGTERM")
    .requiredOption("--data <dir>", "folder of the database and its key; made if it is not there")
    .option("--port <n>", "port (0: any free one)", port, 8080)
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .option("--json", "print where it listens as JSON", false)
    .action(serve);
}

export function addVendor(program: Command): void {
  const vendor = program.command("vendor").description("vendors of a service");
  addRegistration(vendor);
  vendor
    .command("create")
    .argument("<name>", "the vendor's name, unique in the service")
    .description("make a vendor; prints its secrets, this once")
    .requiredOption("--data <dir>", "folder of the service's data")
    .option("--json", "print JSON", false)
    .action((name: string, options: CreateOptions) =>
      administer(options, (admin) => admin.createVendor(name)),
    );
}

export function addOwner(program: Command): void {
  program
    .command("owner")
    .description("owners of devices")
    .command("create")
    .description("make an owner; prints its RID and CIK, this once")
    .requiredOption("--data <dir>", "folder of the service's data")
    .option("--vendor <name>", "below this vendor's root")
    .option("--json", "print JSON", false)
    .action((options: CreateOptions) =>
      administer(options, (admin) =>
        admin.createOwner(options.vendor === undefined ? {} : { vendor: options.vendor }),
      ),
    );
}

async function serve({ data, port, host, json }: ServeOptions): Promise<void> {
  const { startService } = await import("../service/service.js");
  mkdirSync(data, { recursive: true });
  const service = await startService({
    dataDirectory: data,
    port,
    host,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const url = `http://${service.address}:${service.port}`;
  const told = json ? JSON.stringify({ url, address: service.address, port: service.port }) : url;
  process.stdout.write(json ? `${told}\n` : `listening on ${told}, data in ${data}\n`);
  const end = (): void => {
    void service.close();
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

async function administer(
  { data, json }: CreateOptions,
  act: (admin: Admin) => Promise<object>,
): Promise<void> {
  const { Admin } = await import("../service/admin.js");
  const { openStorage } = await import("../service/storage.js");
  mkdirSync(data, { recursive: true });
  const storage = await openStorage(data, process.env["PROVISION_KEY"]);
  try {
    const made = await act(new Admin(storage, Date.now));
    if (json) process.stdout.write(`${JSON.stringify(made)}\n`);
    else {
      for (const [key, value] of Object.entries(made)) {
        process.stdout.write(`${key.padEnd(8)}${String(value)}\n`);
      }
    }
  } finally {
    await storage.database.destroy();
  }
}

function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("expected a port from 0 to 65535");
}
