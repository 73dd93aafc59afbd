// Serials of a file: `<serial>` or `<serial>,<extra text>` rows. Every command that takes a file of
// serials reads it here, whole, before it does anything.

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { NewSerial } from "../../../client/serials.js";
import { serialRule } from "../../../protocol/name-rules.js";
import { isSerial } from "../../../protocol/paths.js";
import { countOf } from "../../terminal/count.js";
import { warn } from "../../terminal/output.js";
import { readWholeFile } from "../../terminal/whole-file.js";
import { readTable, TableError, type TableRow } from "./table.js";

export interface SerialTable {
  readonly file: string;
  /** In the order of the file; each once. */
  readonly serials: readonly NewSerial[];
  /** The number of the row that each of them is in. */
  readonly rowNumbers: readonly number[];
}

/** Several million serials. */
const fileBytesMax = 256 << 20;
const columnsMax = 2;
/** A cell above a column of serials, in the languages of Excel's users. */
const headingPattern =
  /^(serials?|serial[ _-]?(no|nr|num|number|id)s?\.?|s[./]?n\.?|mac([ _-]?addr(ess)?)?|id|device([ _-]?id)?|name|seriennummern?|num[eé]ro de s[eé]rie|n[uú]mero de serie)$/i;

/** Adds what every command has that reads such a file. */
export function addTableOptions(command: Command): Command {
  return command
    .option("--heading", "the file's first row is a heading")
    .option("--no-heading", "the file's first row is a serial, even if it looks like a heading");
}

/**
 * `file`: `-` is standard input. `heading`: whether the first row is one; undefined: it may not look
 * like one. Throws an Error of one line that names file and row.
 */
export function readSerialTable(file: string, heading: boolean | undefined): SerialTable {
  const bytes = file === "-" ? readFileSync(0) : readWholeFile(file, fileBytesMax);
  try {
    return serialsOf(file, readTable(bytes).rows, heading);
  } catch (error) {
    if (error instanceof TableError) throw new Error(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

function serialsOf(
  file: string,
  rows: readonly TableRow[],
  heading: boolean | undefined,
): SerialTable {
  const [first] = rows;
  const isHeading = first !== undefined && headingPattern.test((first.cells[0] ?? "").trim());
  if (isHeading && heading === undefined) {
    throw new TableError(
      `row ${first.number} looks like a heading ("${first.cells[0] ?? ""}"): ` +
        "use --heading, or --no-heading if it is a serial",
    );
  }
  const serials: NewSerial[] = [];
  const rowNumbers: number[] = [];
  const rowBySerial = new Map<string, number>();
  let trimmed = 0;
  for (const { number, cells } of heading === true ? rows.slice(1) : rows) {
    const { serial, extra } = entryOf(number, cells);
    if (serial !== cells[0]) trimmed += 1;
    const before = rowBySerial.get(serial);
    if (before !== undefined) {
      throw new TableError(`row ${number}: serial "${serial}" is in row ${before} already`);
    }
    rowBySerial.set(serial, number);
    serials.push({ serial, extra });
    rowNumbers.push(number);
  }
  if (serials.length === 0) throw new Error(`${file} holds no serials`);
  if (trimmed > 0) warn(`${file}: removed blanks around ${countOf(trimmed, "serial")}`);
  return { file, serials, rowNumbers };
}

function entryOf(number: number, cells: readonly string[]): NewSerial {
  const beyond = cells.findIndex((cell, at) => at >= columnsMax && cell.trim() !== "");
  if (beyond !== -1) {
    throw new TableError(`row ${number}: expected 1 or 2 columns, got something in ${beyond + 1}`);
  }
  const [cell = "", extra = ""] = cells;
  const serial = cell.trim();
  if (isSerial(serial)) return { serial, extra };
  throw new TableError(`row ${number}: ${whyNoSerial(serial)}`);
}

function whyNoSerial(text: string): string {
  if (text === "") return "no serial in the first column";
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
  if (/^\d(\.\d+)?E\+\d+$/i.test(text)) {
    return `${shown} is a number that Excel has rounded: format the column as text`;
  }
  if (/[;\t]/.test(text)) return `${shown} holds a separator, but the file has commas`;
  return `expected a serial of ${serialRule}, got ${shown}`;
}
