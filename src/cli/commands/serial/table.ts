// A table as people have it: comma-separated values, as RFC 4180 has them, and what Excel and
// Windows make of them: a byte order mark, UTF-16, semicolons or tabs, CR alone, blank rows, a
// first line "sep=;". What cannot be read is said with the row's number.

import { isUtf16 } from "../../../inspect/foreign-file.js";

export interface TableRow {
  /** As a spreadsheet numbers it: from 1, headings and blank rows counted. */
  readonly number: number;
  readonly cells: readonly string[];
}

export interface Table {
  /** Without the blank ones. */
  readonly rows: readonly TableRow[];
  readonly separator: Separator;
}

export type Separator = "," | ";" | "\t";

/** Something is wrong with one row, or with the whole file. The message says which. */
export class TableError extends Error {
  override readonly name = "TableError";
}

/** Throws a TableError. */
export function readTable(bytes: Uint8Array): Table {
  const text = withoutMark(decode(bytes));
  const lines = text.includes("\n") ? text : text.replaceAll("\r", "\n");
  const [declared, separatorLine] = /^sep=([,;\t])\r?\n/i.exec(lines) ?? [];
  const body = declared === undefined ? lines : lines.slice(declared.length);
  const separator = (separatorLine as Separator | undefined) ?? separatorOf(body);
  const rows = [...rowsOf(body, separator, declared === undefined ? 1 : 2)];
  return { rows: rows.filter(({ cells }) => !isBlank(cells)), separator };
}

function decode(bytes: Uint8Array): string {
  const encoding = isUtf16(bytes) ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    if (encoding !== "utf-8") throw new TableError("this is damaged UTF-16: save it as UTF-8");
    throw new TableError(`row ${brokenRow(bytes)}: not UTF-8: save the file as "CSV UTF-8"`);
  }
}

/** The first line whose bytes are no UTF-8. */
function brokenRow(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let begin = 0;
  for (let row = 1; ; row++) {
    const end = bytes.indexOf(0x0a, begin);
    try {
      decoder.decode(bytes.subarray(begin, end === -1 ? bytes.length : end));
    } catch {
      return row;
    }
    if (end === -1) return row;
    begin = end + 1;
  }
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** That of the first line with one: no serial has a semicolon or a tab in it. */
function separatorOf(text: string): Separator {
  const plain = text.replaceAll(/"[^"]*"/g, "");
  const [line = ""] = /^.*[,;\t].*$/m.exec(plain) ?? [];
  if (line.includes(",")) return ",";
  return line.includes(";") ? ";" : line.includes("\t") ? "\t" : ",";
}

function* rowsOf(text: string, separator: Separator, firstNumber: number): Generator<TableRow> {
  const ends = new RegExp(`[${separator}\\r\\n]`, "g");
  let number = firstNumber;
  let cells: string[] = [];
  let at = 0;
  while (at < text.length || cells.length > 0) {
    const { cell, end } = text.startsWith('"', at)
      ? quotedCell(text, at, number)
      : plainCell(text, at, ends);
    cells.push(cell);
    if (text.startsWith(separator, end)) {
      at = end + 1;
      continue;
    }
    yield { number, cells };
    at = behindLine(text, end, number);
    number += 1;
    cells = [];
  }
}

interface Cell {
  readonly cell: string;
  /** Where it ends in the text. */
  readonly end: number;
}

function quotedCell(text: string, begin: number, number: number): Cell {
  let end = text.indexOf('"', begin + 1);
  while (end !== -1 && text.startsWith('""', end)) end = text.indexOf('"', end + 2);
  if (end === -1) throw new TableError(`row ${number}: expected a closing quote`);
  return { cell: text.slice(begin + 1, end).replaceAll('""', '"'), end: end + 1 };
}

/** Excel writes ="0001" to keep zeros. */
function plainCell(text: string, begin: number, ends: RegExp): Cell {
  ends.lastIndex = begin;
  const end = ends.exec(text)?.index ?? text.length;
  const cell = text.slice(begin, end);
  return { cell: /^="([^"]*)"$/.exec(cell)?.[1] ?? cell, end };
}

/** Where the next row begins. @param number of the row that ends here */
function behindLine(text: string, end: number, number: number): number {
  if (end === text.length || text.startsWith("\n", end)) return end + 1;
  if (text.startsWith("\r\n", end)) return end + 2;
  const what = text.startsWith("\r", end)
    ? "expected LF behind CR"
    : "expected a separator behind a closing quote";
  throw new TableError(`row ${number}: ${what}, got something else`);
}

function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}
