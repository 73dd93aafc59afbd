// `provision serial enable | disable | regenerate | remap | wait`: what becomes of a serial's
// device, one by one or many at once.

import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { ClientError } from "../../../client/client-error.js";
import type { ListedSerial, SharedSerials } from "../../../client/serials.js";
import { addConfirmOption, confirm, type ConfirmOptions } from "../../terminal/confirm.js";
import { countOf } from "../../terminal/count.js";
import { printDone, printLine } from "../../terminal/output.js";
import { openSerials, addSharedOptions, type SharedOptions } from "./shared.js";
import { changeAll, type BulkResult, type Outcome } from "./bulk.js";
import { addSelection, selectSerials, type SelectionOptions } from "./selection.js";

type ChangeOptions = SharedOptions & SelectionOptions;

/** Problems that a message names; --json has all. */
const namedMax = 3;

export function addLife(serial: Command): void {
  addEnable(serial);
  addSharedOptions(serial.command("remap"))
    .description("give the client of one serial to another, whose device may then activate")
    .argument("<model>")
    .argument("<serial>", "the one that gets the client")
    .argument("<old-serial>", "the one that has it")
    .action(async (model: string, sn: string, oldSn: string, options: SharedOptions) => {
      await (await openSerials(options)).remap(model, sn, oldSn);
      printDone(options.json, { model, serial: sn, oldSerial: oldSn }, `${sn} replaces ${oldSn}`);
    });
  addKeyChange(serial, "regenerate", {
    description: "end the CIKs of devices; each may activate once more, within a day",
    sentence: (sn) => `${sn} may activate again`,
    change: (serials, model, sn) => serials.regenerate(model, sn),
  });
  addKeyChange(serial, "disable", {
    description: "end the CIKs of devices; none may activate until it is enabled again",
    sentence: (sn) => `${sn} is disabled`,
    change: (serials, model, sn) => serials.disable(model, sn),
  });
  addSharedOptions(serial.command("wait"))
    .description("wait until a serial's device has activated")
    .argument("<model>")
    .argument("<serial>")
    .option("--timeout <seconds>", "give up after, with exit code 1", seconds, 60)
    .action(wait);
}

function addEnable(serial: Command): void {
  const command = addSharedOptions(serial.command("enable"))
    .description("make clients for serials: each device may activate within a day")
    .argument("<model>");
  addSelection(command, "serial", "every listed serial that has no client yet")
    .requiredOption("--owner <rid>", "RID of the client that will own them, such as the vendor's")
    .action(async (model: string, names: string[], options: ChangeOptions & { owner: string }) => {
      const serials = await openSerials(options);
      const hasNone = ({ status }: ListedSerial): boolean => status === "";
      const list = (): ReturnType<SharedSerials["list"]> => serials.list(model);
      const selection = await selectSerials(list, names, options, hasNone);
      const [only = ""] = selection.serials;
      if (selection.isSingle) {
        const rid = await serials
          .enable(model, only, options.owner)
          .catch(async (error: unknown) => {
            if (await hasClient(serials, model, only, error)) {
              throw new Error(
                `${only} is enabled already: serial regenerate lets it activate again`,
              );
            }
            throw error;
          });
        const sentence = `${only} may activate, its RID is ${rid}`;
        printDone(options.json, { model, serial: only, rid }, sentence);
        return;
      }
      const result = await changeAll(
        selection.serials,
        (sn) => enableSerial(serials, model, sn, options.owner),
        options.json,
      );
      tell(model, "enabled", result, options.json);
    });
}

/** Makes a serial's client, unless it has one. */
export async function enableSerial(
  serials: SharedSerials,
  model: string,
  sn: string,
  owner: string,
): Promise<Outcome> {
  try {
    await serials.enable(model, sn, owner);
    return "done";
  } catch (error) {
    if (await hasClient(serials, model, sn, error)) return "already";
    throw error;
  }
}

/** Whether a serial was not enabled because it is: a full owner is told with the same status. */
async function hasClient(
  serials: SharedSerials,
  model: string,
  sn: string,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof ClientError) || error.kind !== "conflict") return false;
  return (await serials.info(model, sn)) !== undefined;
}

interface KeyChange {
  readonly description: string;
  readonly sentence: (sn: string) => string;
  readonly change: (serials: SharedSerials, model: string, sn: string) => Promise<void>;
}

function addKeyChange(
  serial: Command,
  name: "disable" | "regenerate",
  { description, sentence, change }: KeyChange,
): void {
  const command = addSharedOptions(serial.command(name))
    .description(description)
    .argument("<model>");
  addConfirmOption(addSelection(command, "serial", "every listed serial that has a client")).action(
    async (model: string, names: string[], options: ChangeOptions & ConfirmOptions) => {
      const serials = await openSerials(options);
      const hasOne = ({ status }: ListedSerial): boolean => status !== "";
      const list = (): ReturnType<SharedSerials["list"]> => serials.list(model);
      const selection = await selectSerials(list, names, options, hasOne);
      const [only = ""] = selection.serials;
      if (selection.isSingle) {
        await change(serials, model, only);
        printDone(options.json, { model, serial: only }, sentence(only));
        return;
      }
      const count = selection.serials.length;
      if (count > 1) await confirm(`${name} ${countOf(count, "serial")} of ${model}`, options);
      const result = await changeAll(
        selection.serials,
        (sn) => change(serials, model, sn).then(() => "done"),
        options.json,
      );
      tell(model, name === "disable" ? "disabled" : "regenerated", result, options.json);
    },
  );
}

/** Prints what became of many. Exit code 1 if one of them failed. */
function tell(model: string, verb: string, result: BulkResult, json: boolean): void {
  const { done, already, failed } = result;
  const before = already === 0 ? "" : `, ${already.toLocaleString("en")} were before`;
  const facts = { model, [verb]: done, already, failed };
  printDone(json, facts, `${model}: ${countOf(done, "serial")} ${verb}${before}`);
  if (failed.length === 0) return;
  process.exitCode = 1;
  if (json) return;
  for (const { problem } of failed.slice(0, namedMax)) printLine(`  ${problem}`);
  const more = failed.length - namedMax;
  printLine(
    `${countOf(failed.length, "serial")} failed${more > 0 ? `; ${more} are not named` : ""}`,
  );
}

async function wait(
  model: string,
  sn: string,
  options: SharedOptions & { readonly timeout: number },
): Promise<void> {
  const serials = await openSerials(options);
  const endMs = performance.now() + options.timeout * 1000;
  for (;;) {
    const { status = "" } = (await serials.info(model, sn)) ?? {};
    if (status === "activated") {
      printDone(options.json, { model, serial: sn, status }, `${sn} is activated`);
      return;
    }
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) {
      const why = waitingFor[status] ?? `its status is "${status}"`;
      throw new Error(`${sn} has not activated in ${options.timeout} s: ${why}`);
    }
    await sleep(Math.min(pollMs, leftMs));
  }
}

const pollMs = 500;
const waitingFor: Readonly<Partial<Record<string, string>>> = {
  "": "it is not enabled",
  notactivated: "it is enabled, and its device has not asked",
  expired: "it is disabled, or its time to activate is over: enable or regenerate it",
};

function seconds(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError("expected a whole number of seconds from 1 to 999999");
}
