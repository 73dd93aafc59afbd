// `provision share`: which other vendors may enable serials of a model.

import type { Command } from "commander";
import { printDone, printItem, printList } from "../terminal/output.js";
import { addSessionOptions, openClient, type SessionOptions } from "../terminal/session.js";

export function addShare(program: Command): void {
  const share = program.command("share").description("models shared with other vendors");
  addSessionOptions(share.command("list"))
    .description("list the vendors that a model is shared with")
    .argument("<model>")
    .action(async (model: string, options: SessionOptions) => {
      const vendors = await (await openClient(options)).shares.list(model);
      printList(
        options.json,
        vendors.map((vendor) => ({ vendor })),
        ["vendor"],
      );
    });
  addSessionOptions(share.command("create"))
    .description("share a model with a vendor")
    .argument("<model>")
    .argument("<vendor>")
    .action(async (model: string, vendor: string, options: SessionOptions) => {
      await (await openClient(options)).shares.create(model, vendor);
      printDone(options.json, { model, vendor }, `${model} is shared with ${vendor}`);
    });
  addSessionOptions(share.command("info"))
    .description("show whether a model is shared with a vendor")
    .argument("<model>")
    .argument("<vendor>")
    .action(async (model: string, vendor: string, options: SessionOptions) => {
      const shared = await (await openClient(options)).shares.has(model, vendor);
      printItem(options.json, { model, vendor, shared });
    });
  addSessionOptions(share.command("delete"))
    .description("end a share; devices that the vendor has enabled go on")
    .argument("<model>")
    .argument("<vendor>")
    .action(async (model: string, vendor: string, options: SessionOptions) => {
      await (await openClient(options)).shares.delete(model, vendor);
      printDone(options.json, { model, vendor }, `${model} is not shared with ${vendor} any more`);
    });
}
