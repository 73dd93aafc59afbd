// `provision serial`: the serials of a model, one by one or by the file.

import type { Command } from "commander";
import { importSerials } from "../../../client/serial-import.js";
import { addConfirmOption, confirm, type ConfirmOptions } from "../../terminal/confirm.js";
import { countOf } from "../../terminal/count.js";
import { gather, printDone, printItem, printList, warn } from "../../terminal/output.js";
import { ProgressBar } from "../../terminal/progress-bar.js";
import { addLife } from "./life.js";
import { addSelection, selectSerials, type SelectionOptions } from "./selection.js";
import { addTableOptions, readSerialTable } from "./serial-table.js";
import { addSharedOptions, openSerials, type SharedOptions } from "./shared.js";
import {
  addSessionOptions,
  misuse,
  openClient,
  type SessionOptions,
} from "../../terminal/session.js";

interface RemoveOptions extends SessionOptions, SelectionOptions, ConfirmOptions {}

interface ImportOptions extends SessionOptions {
  readonly heading?: boolean;
}

/** Embedded clients in the field cut serials there. */
const truncatedAtBytes = 40;
/** Of one request. */
const batchSerials = 1000;

export function addSerial(program: Command): void {
  const serial = program.command("serial").description("serials of a model, and their clients");
  addViews(serial);
  addChanges(serial);
  addLife(serial);
}

function addViews(serial: Command): void {
  addSharedOptions(serial.command("list"))
    .description("list the serials of a model; ranges are not listed")
    .argument("<model>")
    .option("--enabled-by <vendor>", "only those that this vendor enabled through a share")
    .action(async (model: string, options: SharedOptions & { enabledBy?: string }) => {
      const { enabledBy } = options;
      const filter = enabledBy === undefined ? {} : { enabledBy };
      const listed = await gather((await openSerials(options)).list(model, filter));
      printList(options.json, listed, ["serial", "status", "rid", "extra"]);
    });
  addSharedOptions(serial.command("info"))
    .description("show a serial's client")
    .argument("<model>")
    .argument("<serial>")
    .action(async (model: string, sn: string, options: SharedOptions) => {
      const info = await (await openSerials(options)).info(model, sn);
      printItem(options.json, { model, serial: sn, ...(info ?? { status: "" }) });
    });
  addSessionOptions(serial.command("groups"))
    .description("list the groups that hold a serial directly")
    .argument("<model>")
    .argument("<serial>")
    .action(async (model: string, sn: string, options: SessionOptions) => {
      const { serials } = await openClient(options);
      const groups = (await gather(serials.groups(model, sn))).map((group) => ({ group }));
      printList(options.json, groups, ["group"]);
    });
}

function addChanges(serial: Command): void {
  addSessionOptions(serial.command("add"))
    .description("add serials to a model, all or none")
    .argument("<model>")
    .argument("<serial...>")
    .option("--extra <text>", "text to keep with the serial; for one serial only")
    .action(add);
  addTableOptions(addSessionOptions(serial.command("import")))
    .description("add the serials of a CSV file of one or two columns: serial, extra text")
    .argument("<model>")
    .argument("<file>", "- for standard input")
    .addHelpText(
      "after",
      "\nThe file is checked as a whole, and against what the model has, before anything is added. It" +
        "\nis sent in batches, each added whole or not at all. After an interruption, run the same" +
        "\ncommand again: it goes on.",
    )
    .action(importFile);
  const remove = addSessionOptions(serial.command("remove"))
    .alias("delete")
    .description("remove serials from a model, with their devices; unknown ones are ignored")
    .argument("<model>");
  addConfirmOption(addSelection(remove, "serial", "every listed serial")).action(removeAll);
}

async function removeAll(model: string, names: string[], options: RemoveOptions): Promise<void> {
  const { serials } = await openClient(options);
  const selection = await selectSerials(() => serials.list(model), names, options);
  const count = selection.serials.length;
  if (count > 1) {
    await confirm(`remove ${countOf(count, "serial")} of ${model}, and their devices`, options);
  }
  const bar = new ProgressBar(count, "serials", !options.json);
  try {
    for (let at = 0; at < count; at += batchSerials) {
      await serials.remove(model, selection.serials.slice(at, at + batchSerials));
      bar.update(Math.min(at + batchSerials, count));
    }
  } finally {
    bar.end();
  }
  const isNamed = names.length > 0;
  const facts = { model, ...(isNamed ? { removed: selection.serials } : { removedCount: count }) };
  const what = isNamed ? selection.serials.join(" ") : countOf(count, "serial");
  printDone(options.json, facts, `removed from ${model}: ${what}`);
}

async function add(
  model: string,
  names: string[],
  options: SessionOptions & { extra?: string },
): Promise<void> {
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    await (await openClient(options)).serials.add(model, only, options.extra);
  } else {
    if (options.extra !== undefined) return misuse("--extra is for one serial");
    await (await openClient(options)).serials.addAll(model, names);
  }
  warnOfLength(names);
  printDone(options.json, { model, added: names }, `added to ${model}: ${names.join(" ")}`);
}

async function importFile(model: string, file: string, options: ImportOptions): Promise<void> {
  const { serials, rowNumbers } = readSerialTable(file, options.heading);
  const client = await openClient(options);
  const bar = new ProgressBar(serials.length, "serials", !options.json);
  let last = { added: 0, present: 0, total: serials.length };
  try {
    const imported = importSerials(client.serials, model, serials, { rowNumbers });
    for await (const progress of imported) {
      last = progress;
      bar.update(progress.added + progress.present);
    }
  } catch (error) {
    const done = last.added + last.present;
    if (done === 0 || !(error instanceof Error)) throw error;
    const rest = `${done} of ${last.total} are there, run it again to go on`;
    throw new Error(`${error.message}; ${rest}`, { cause: error });
  } finally {
    bar.end();
  }
  warnOfLength(serials.map(({ serial }) => serial));
  const sentence = `${model}: ${last.added} serials added, ${last.present} were there already`;
  printDone(options.json, { model, ...last }, sentence);
}

function warnOfLength(serials: readonly string[]): void {
  if (serials.some((serial) => serial.length > truncatedAtBytes)) {
    warn(`some devices read only the first ${truncatedAtBytes} bytes of their serial`);
  }
}
