// The CSV body of a request, whole: any line end, blank lines do not count (S-33).

import { isUtf8 } from "node:buffer";
import { RowError, RowReader } from "../../protocol/csv.js";
import { metaBytesMax, serialBytesMax } from "../../protocol/limits.js";
import { Refusal } from "../errors.js";
import { tableRowsMax } from "../limits.js";

/** A row has at most one name, a type, a time, and one free text. */
const rowBytesMax = 2 * serialBytesMax + metaBytesMax;

/**
 * Every row's fields, at most `columnsMax`: a text with a comma that should have been quoted must
 * not lose its end. Refuses with `malformed-rows` what is no such CSV, with `body-too-large` what
 * has too many rows. Bytes that are no UTF-8 are Latin-1 (S-06).
 */
export function readRows(bytes: Buffer, columnsMax: number): string[][] {
  const reader = new RowReader({ badRow: "throw", rowBytesMax });
  const rows: string[][] = [];
  try {
    reader.receive(isUtf8(bytes) ? bytes : Buffer.from(bytes.toString("latin1")));
    reader.receiveEnd();
    for (let row = reader.next(); row !== undefined; row = reader.next()) {
      if (rows.length === tableRowsMax) throw new Refusal("body-too-large");
      rows.push(row);
    }
  } catch (error) {
    if (error instanceof RowError) throw new Refusal("malformed-rows");
    throw error;
  }
  if (rows.some((row) => row.length > columnsMax)) throw new Refusal("malformed-rows");
  return rows;
}
