// `provision range`: numbers that count as serials of a model without being listed.

import { InvalidArgumentError, Option, type Command } from "commander";
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

interface RangeOptions extends SessionOptions {
  readonly format: SerialRange["format"];
  readonly length?: number;
  readonly casing?: "upper" | "lower";
}

export function addRange(program: Command): void {
  const range = program.command("range").description("ranges of serials of a model");
  addSessionOptions(range.command("list"))
    .description("list the ranges of a model")
    .argument("<model>")
    .action(async (model: string, options: SessionOptions) => {
      const ranges = await (await openClient(options)).ranges.list(model);
      if (options.json) printList(true, ranges, []);
      else printList(false, ranges.map(readable), ["format", "first", "last", "length", "casing"]);
    });
  addRangeOptions(range.command("add"))
    .description("add a range: its first and last serial, written as serials")
    .action(async (model: string, first: string, last: string, options: RangeOptions) => {
      const made = rangeOf(first, last, options);
      await (await openClient(options)).ranges.add(model, [made]);
      printDone(options.json, { model, range: made }, `${model} has ${first} to ${last}`);
    });
  addRangeOptions(range.command("remove"))
    .description("take serials out of the ranges of the same format, length and casing")
    .action(async (model: string, first: string, last: string, options: RangeOptions) => {
      const hole = rangeOf(first, last, options);
      await (await openClient(options)).ranges.remove(model, [hole]);
      printDone(options.json, { model, range: hole }, `${model} no longer has ${first} to ${last}`);
    });
}

function addRangeOptions(command: Command): Command {
  return addSessionOptions(command)
    .argument("<model>")
    .argument("<first>")
    .argument("<last>")
    .addOption(
      new Option("--format <name>", "how serials are written")
        .choices(serialFormats)
        .default("base10"),
    )
    .option("--length <digits>", "fill serials up with zeros to this length", length)
    .addOption(new Option("--casing <name>", "of hexadecimal digits").choices(["upper", "lower"]));
}

function rangeOf(firstText: string, lastText: string, options: RangeOptions): SerialRange {
  const { format, length: digits = null, casing = null } = options;
  const first = numberOf(firstText, format);
  const last = numberOf(lastText, format);
  if (first > last) return misuse(`expected a first serial before ${lastText}, got ${firstText}`);
  return { format, length: digits, casing, first, last };
}

/** The number that a serial, or a bare hexadecimal number, stands for. */
function numberOf(text: string, format: SerialRange["format"]): number {
  const isHexadecimal = format !== "base10";
  const digits = format.startsWith("mac") ? text.replace(/[:.-]/g, "") : text;
  const isNumber = /^[0-9a-f]+$/i.test(digits) && (isHexadecimal || /^\d+$/.test(digits));
  const value = isNumber ? parseInt(digits, isHexadecimal ? 16 : 10) : NaN;
  if (Number.isSafeInteger(value)) return value;
  return misuse(`expected a ${format} serial below 2^53, got "${text}"`);
}

function readable(range: SerialRange): Readonly<Record<keyof SerialRange, string>> {
  const { format, length: digits, casing, first, last } = range;
  return {
    format,
    first: formatSerial(first, range),
    last: formatSerial(last, range),
    length: digits === null ? "" : String(digits),
    casing: casing ?? "",
  };
}

function length(text: string): number {
  const value = parseDecimal(text) ?? 0;
  if (value >= 1 && value <= serialBytesMax) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${serialBytesMax}`);
}
