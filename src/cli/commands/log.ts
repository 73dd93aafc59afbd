// `provision log`: when and from where a serial's device has activated.

import type { Command } from "commander";
import { printList } from "../terminal/output.js";
import { addSessionOptions, openClient, type SessionOptions } from "../terminal/session.js";

export function addLog(program: Command): void {
  addSessionOptions(program.command("log"))
    .description("show the activations of a serial, oldest first")
    .argument("<model>")
    .argument("<serial>")
    .option("--vendor <name>", "whose model it is, if it is shared")
    .action(async (model: string, sn: string, options: SessionOptions & { vendor?: string }) => {
      const client = await openClient(options);
      const { vendor } = options;
      const serials = vendor === undefined ? client.serials : client.serialsSharedBy(vendor);
      const activations = await serials.log(model, sn);
      printList(options.json, activations, ["timestampSeconds", "address", "entry"]);
    });
}
