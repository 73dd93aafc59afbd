// `provision watch`: shows a model as it changes: serials being enabled and activated, contents
// being published. A line for each change; with --json an object.

import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { ClientError } from "../../client/client-error.js";
import {
  changesBetween,
  countStatuses,
  takeSnapshot,
  type SnapshotChange,
  type ModelSnapshot,
} from "../../client/model-snapshot.js";
import type { VendorClient } from "../../client/vendor-client.js";
import { printDone, warn } from "../terminal/output.js";
import { addSessionOptions, openClient, type SessionOptions } from "../terminal/session.js";

interface WatchOptions extends SessionOptions {
  readonly interval: number;
  readonly looks?: number;
}

/** Faults that pass; any other ends the watch. */
const passing = ["unreachable", "failed"];

export function addWatch(program: Command): void {
  addSessionOptions(program.command("watch"))
    .description("show a model's serials and contents as they change, until interrupted")
    .argument("<model>")
    .option("--interval <seconds>", "seconds between two updates of the view", positive, 5)
    .option("--looks <n>", "end after so many updates of the view (default: never)", positive)
    .action(watch);
}

async function watch(model: string, options: WatchOptions): Promise<void> {
  const client = await openClient(options);
  let before = await takeSnapshot(client, model);
  tellState(options.json, model, before);
  for (let look = 1; look !== options.looks; look++) {
    await sleep(options.interval * 1000);
    const after = await lookAgain(client, model);
    if (after === undefined) continue;
    for (const change of changesBetween(before, after)) tellChange(options.json, change);
    before = after;
  }
}

/** Undefined if the service cannot be asked now. */
async function lookAgain(client: VendorClient, model: string): Promise<ModelSnapshot | undefined> {
  try {
    return await takeSnapshot(client, model);
  } catch (error) {
    if (!(error instanceof ClientError) || !passing.includes(error.kind)) throw error;
    warn(`${error.message}; trying again`);
    return undefined;
  }
}

function tellState(json: boolean, model: string, snapshot: ModelSnapshot): void {
  const statuses = Object.fromEntries(
    [...countStatuses(snapshot)].map(([status, count]) => [name(status), count]),
  );
  const contents = snapshot.contents.size;
  const counts = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const serials = counts.length === 0 ? "no serials" : `serials: ${counts.join(", ")}`;
  const facts = { kind: "state", ...now(), model, serials: statuses, contents };
  printDone(json, facts, `${now().at}  ${model}  ${serials}; contents: ${contents}`);
}

function tellChange(json: boolean, change: SnapshotChange): void {
  const { at } = now();
  const text =
    change.kind === "serial"
      ? `serial ${change.serial}  ${name(change.from)} -> ${name(change.to)}`
      : `content ${change.content}  ${change.change}`;
  printDone(json, { ...change, at }, `${at}  ${text}`);
}

/** A status as people and programs read it. */
function name(status: string | undefined): string {
  return status === undefined ? "not listed" : status === "" ? "unused" : status;
}

function now(): { readonly at: string } {
  return { at: new Date().toISOString().replace(/\.\d+Z/, "Z") };
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError("expected a number above 0, at most 86400");
}
