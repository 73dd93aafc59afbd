// The CSV body of a request: any line end, blank lines do not count (S-33). A large one is read in
// parts, each in a turn of its own.

import { isUtf8 } from "node:buffer";
import { RowError, RowReader } from "../../protocol/csv.js";
import { metaBytesMax, serialBytesMax } from "../../protocol/limits.js";
import { Refusal } from "../errors.js";
import { tableBytesPerTurn, tableRowsMax, tableRowsPerTurn } from "../limits.js";
import type { Turns } from "../turns.js";

/** A row has at most one name, a type, a time, and one free text. */
const rowBytesMax = 2 * serialBytesMax + metaBytesMax;

/**
 * Every row's fields, at most `columnsMax`: a text with a comma that should have been quoted must
 * not lose its end. Refuses with `malformed-rows` what is no such CSV, with `body-too-large` what
 * has too many rows. Bytes that are no UTF-8 are Latin-1 (S-06).
 */
export async function readRows(
  bytes: Buffer,
  columnsMax: number,
  turns: Turns,
): Promise<string[][]> {
  const reader = new RowReader({ badRow: "throw", rowBytesMax });
  const rows: string[][] = [];
  const isText = isUtf8(bytes);
  try {
    for (let at = 0; at < bytes.length; at += tableBytesPerTurn) {
      if (at > 0) await turns.next();
      const part = bytes.subarray(at, at + tableBytesPerTurn);
      reader.receive(isText ? part : Buffer.from(part.toString("latin1")));
      takeRows(reader, rows);
    }
    reader.receiveEnd();
    takeRows(reader, rows);
  } catch (error) {
    if (error instanceof RowError) throw new Refusal("malformed-rows");
    throw error;
  }
  if (rows.some((row) => row.length > columnsMax)) throw new Refusal("malformed-rows");
  return rows;
}

function takeRows(reader: RowReader, rows: string[][]): void {
  for (let row = reader.next(); row !== undefined; row = reader.next()) {
    if (rows.length === tableRowsMax) throw new Refusal("body-too-large");
    rows.push(row);
  }
}

/** `make` of each row, in turns. */
export async function mapRows<Row, Item>(
  rows: readonly Row[],
  turns: Turns,
  make: (row: Row) => Item,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let first = 0; first < rows.length; first += tableRowsPerTurn) {
    if (first > 0) await turns.next();
    for (const row of rows.slice(first, first + tableRowsPerTurn)) items.push(make(row));
  }
  return items;
}
