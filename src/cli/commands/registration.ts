// `provision vendor name | register | unregister`: the vendor name of the client whose CIK one has.

import type { Command } from "commander";
import { printDone, printItem } from "../terminal/output.js";
import { addSessionOptions, openClient, type SessionOptions } from "../terminal/session.js";

/** Adds to the command `vendor` what is asked of a service, rather than done to its data. */
export function addRegistration(vendor: Command): void {
  addSessionOptions(vendor.command("name"))
    .description("show the name that belongs to the key")
    .action(async (options: SessionOptions) => {
      const name = await (await openClient(options)).registration.name();
      printItem(options.json, { vendor: name ?? null });
    });
  addSessionOptions(vendor.command("register"))
    .argument("<name>")
    .description("take a vendor name that is free")
    .action(async (name: string, options: SessionOptions) => {
      await (await openClient(options)).registration.register(name);
      printDone(options.json, { vendor: name }, `the name ${name} is yours`);
    });
  addSessionOptions(vendor.command("unregister"))
    .argument("<name>")
    .description("give the vendor name up; others may take it")
    .action(async (name: string, options: SessionOptions) => {
      await (await openClient(options)).registration.unregister(name);
      printDone(options.json, { vendor: name }, `the name ${name} is free`);
    });
}
