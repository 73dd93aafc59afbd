// `provision vendor create`, `owner create`: what only the operator of a service may do, beside it in
// its data.

import { InvalidArgumentError, type Command } from "commander";
import type { Admin } from "../../service/admin.js";
import { readEnvironment } from "../terminal/environment.js";
import { printItem } from "../terminal/output.js";
import { addRegistration } from "./registration.js";
import { addPlaceOptions, warnOfPassword } from "./serve.js";

interface CreateOptions {
  readonly data: string;
  readonly database?: string;
  readonly json: boolean;
}

interface OwnerOptions extends CreateOptions {
  readonly vendor?: string;
  readonly root: boolean;
  readonly clients?: number;
}

export function addVendor(program: Command): void {
  const vendor = program.command("vendor").description("vendors of a service");
  addRegistration(vendor);
  addPlaceOptions(vendor.command("create"))
    .argument("<name>", "the vendor's name, unique in the service")
    .description("make a vendor; prints its secrets, which are never shown again")
    .option("--json", "print JSON", false)
    .action((name: string, options: CreateOptions) =>
      administer(options, (admin) => admin.createVendor(name)),
    );
}

export function addOwner(program: Command): void {
  addPlaceOptions(program.command("owner").description("owners of devices").command("create"))
    .description("make an owner; prints its RID and CIK, which are never shown again")
    .option("--vendor <name>", "the vendor below which it lies (default: the only one there is)")
    .option("--root", "below no vendor: it may register a vendor name itself", false)
    .option("--clients <n>", "how many clients it may own (default: any number)", count)
    .option("--json", "print JSON", false)
    .action((options: OwnerOptions) =>
      administer(options, (admin) =>
        admin.createOwner({
          ...(options.vendor !== undefined && { vendor: options.vendor }),
          ...(options.root && { vendor: null }),
          ...(options.clients !== undefined && { clientsMax: options.clients }),
        }),
      ),
    );
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 0 to 999999999");
}

async function administer(
  { data, database, json }: CreateOptions,
  act: (admin: Admin) => Promise<object>,
): Promise<void> {
  warnOfPassword(database);
  const service = await import("../../service/admin.js");
  const key = readEnvironment("PROVISION_KEY");
  printItem(json, await service.administer({ dataDirectory: data, database, key }, act));
}
