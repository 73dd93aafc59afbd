// What is also possible on a model that another vendor shares.

import type { Command } from "commander";
import type { SharedSerials } from "../../../client/serials.js";
import { addSessionOptions, openClient, type SessionOptions } from "../../terminal/session.js";

export interface SharedOptions extends SessionOptions {
  readonly vendor?: string;
}

export function addSharedOptions(command: Command): Command {
  return addSessionOptions(command).option("--vendor <name>", "whose model it is, if it is shared");
}

export async function openSerials(options: SharedOptions): Promise<SharedSerials> {
  const client = await openClient(options);
  return options.vendor === undefined ? client.serials : client.serialsSharedBy(options.vendor);
}
