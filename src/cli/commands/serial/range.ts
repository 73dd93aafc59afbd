// `provision range`: numbers that count as serials of a model without being listed.

import { InvalidArgumentError, Option, type Command } from "commander";
import type { Ranges } from "../../../client/ranges.js";
import { parseDecimal } from "../../../protocol/decimal.js";
import { serialBytesMax } from "../../../protocol/limits.js";
import { formatSerial } from "../../../protocol/mac-serial.js";
import { serialFormats, type SerialRange } from "../../../protocol/serial-range.js";
import { printDone, printList } from "../../terminal/output.js";
import {
  addSessionOptions,
  misuse,
  openClient,
  type SessionOptions,
} from "../../terminal/session.js";
import { describeRange, typedRange, TypedRangeError, type RangeForm } from "./typed-range.js";

interface RangeOptions extends SessionOptions, RangeForm {}

const more = `
Leading zeros and the case of letters count as they are typed: 0001 to 9999 are serials of four digits.`;

export function addRange(program: Command): void {
  const range = program.command("range").description("ranges of serials of a model");
  addSessionOptions(range.command("list"))
    .description("list the ranges of a model")
    .argument("<model>")
    .action(async (model: string, options: SessionOptions) => {
      const ranges = await (await openClient(options)).ranges.list(model);
      if (options.json) printList(true, ranges, []);
      else {
        const columns = ["format", "first", "last", "serials", "length", "casing"] as const;
        printList(false, ranges.map(readable), columns);
      }
    });
  addRangeOptions(range.command("add"))
    .description("add a range: its first and last serial, written as serials")
    .action(add);
  addRangeOptions(range.command("remove"))
    .description("remove serials from the ranges of the same format, length and case")
    .action(async (model: string, first: string, last: string, options: RangeOptions) => {
      const hole = readRange(first, last, options);
      await (await openClient(options)).ranges.remove(model, [hole]);
      const sentence = `${model} no longer has ${describeRange(hole)}`;
      printDone(options.json, { model, range: hole }, sentence);
    });
}

async function add(
  model: string,
  first: string,
  last: string,
  options: RangeOptions,
): Promise<void> {
  const range = readRange(first, last, options);
  const { ranges } = await openClient(options);
  const wasThere = await has(ranges, model, range);
  if (!wasThere) await ranges.add(model, [range]);
  const what = wasThere ? "has already" : "has";
  printDone(options.json, { model, range, wasThere }, `${model} ${what} ${describeRange(range)}`);
}

/** Whether one of the model's ranges has all of `wanted`: twice the same would be listed twice. */
async function has(ranges: Ranges, model: string, wanted: SerialRange): Promise<boolean> {
  const casing = wanted.casing ?? "lower";
  return (await ranges.list(model)).some((range) => {
    const hasSameForm =
      range.format === wanted.format &&
      range.length === wanted.length &&
      (range.casing ?? "lower") === casing;
    return hasSameForm && range.first <= wanted.first && range.last >= wanted.last;
  });
}

function addRangeOptions(command: Command): Command {
  return addSessionOptions(command)
    .argument("<model>")
    .argument("<first>")
    .argument("<last>")
    .addOption(
      new Option(
        "--format <name>",
        "how serials are written (default: by the separators of a MAC address, or base10)",
      ).choices(serialFormats),
    )
    .option(
      "--length <digits>",
      "digits of a serial, with zeros in front (default: as typed)",
      length,
    )
    .addOption(
      new Option("--casing <name>", "of hexadecimal digits (default: as typed)").choices([
        "upper",
        "lower",
      ]),
    )
    .addHelpText("after", more);
}

/** The range, or misuse. */
export function readRange(first: string, last: string, form: RangeForm): SerialRange {
  try {
    return typedRange(first, last, form);
  } catch (error) {
    if (error instanceof TypedRangeError) return misuse(error.message);
    throw error;
  }
}

function readable(range: SerialRange): Readonly<Record<string, string>> {
  const { format, length: digits, casing, first, last } = range;
  return {
    format,
    first: formatSerial(first, range),
    last: formatSerial(last, range),
    serials: String(last - first + 1),
    length: digits === null ? "" : String(digits),
    casing: casing ?? "",
  };
}

function length(text: string): number {
  const value = parseDecimal(text) ?? 0;
  if (value >= 1 && value <= serialBytesMax) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${serialBytesMax}`);
}
