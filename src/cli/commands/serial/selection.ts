// Which serials a command is about: named one by one, in a file, as a range, or all of the model.

import { Option, type Command } from "commander";
import type { ListedSerial, SharedSerials } from "../../../client/serials.js";
import { serialFormats } from "../../../protocol/serial-range.js";
import { misuse } from "../../terminal/session.js";
import { readRange } from "./range.js";
import { addTableOptions, readSerialTable } from "./serial-table.js";
import { serialsOf, type RangeForm } from "./typed-range.js";

export interface SelectionOptions {
  readonly file?: string;
  readonly range?: string;
  readonly format?: RangeForm["format"];
  readonly all?: boolean;
  readonly heading?: boolean;
}

export interface Selection {
  readonly serials: readonly string[];
  /** One serial, typed by itself: its outcome is worth a sentence of its own. */
  readonly isSingle: boolean;
}

/** As many as a day's work has; more would be a typing error. */
const rangeSerialsMax = 10_000_000;

/** Adds the argument and the options. `all`: what `--all` selects; absent: there is no such option. */
export function addSelection(command: Command, argument: string, all?: string): Command {
  addTableOptions(command)
    .argument(`[${argument}...]`, "serials, one by one")
    .option("--file <file>", "serials of a CSV file; - for standard input")
    .option("--range <first..last>", "serials from the first to the last, as 0001..0100")
    .addOption(
      new Option("--format <name>", "how the serials of --range are written").choices(
        serialFormats,
      ),
    );
  return all === undefined ? command : command.option("--all", all);
}

/**
 * The serials that were asked for, each once.
 * @param isMeant of all serials of the model, with `--all`
 */
export async function selectSerials(
  list: () => ReturnType<SharedSerials["list"]>,
  names: readonly string[],
  options: SelectionOptions,
  isMeant: (listed: ListedSerial) => boolean = () => true,
): Promise<Selection> {
  const { file, range, all = false } = options;
  const ways = [names.length > 0, file !== undefined, range !== undefined, all];
  if (ways.filter((isUsed) => isUsed).length !== 1) {
    return misuse("say which serials: name them, or use one of --file, --range and --all");
  }
  if (names.length > 0) {
    return { serials: [...new Set(names)], isSingle: names.length === 1 };
  }
  const serials: string[] = [];
  if (file !== undefined) {
    for (const { serial } of readSerialTable(file, options.heading).serials) serials.push(serial);
  } else if (range !== undefined) serials.push(...ofRange(range, options));
  else for await (const listed of list()) if (isMeant(listed)) serials.push(listed.serial);
  return { serials, isSingle: false };
}

function ofRange(text: string, { format }: SelectionOptions): string[] {
  const [, first, last] = /^(.+?)\.\.(.+)$/.exec(text) ?? [];
  if (first === undefined || last === undefined) {
    return misuse(`--range: expected the first and the last serial as 0001..0100, got "${text}"`);
  }
  const range = readRange(first, last, format === undefined ? {} : { format });
  if (range.last - range.first >= rangeSerialsMax) {
    return misuse(`--range: more than ${rangeSerialsMax} serials`);
  }
  return [...serialsOf(range)];
}
