// The CSV body of a request, whole: any line end, blank lines do not count (S-33).

import { RowError, RowReader } from "../protocol/csv.js";
import { metaBytesMax, serialBytesMax } from "../protocol/limits.js";
import { Refusal } from "./errors.js";

/** A row has at most one name, a type, a time, and one free text. */
const rowBytesMax = 2 * serialBytesMax + metaBytesMax;

/** Every row's fields; refuses with `malformed-rows` what is no CSV. */
export function readRows(bytes: Uint8Array): string[][] {
  const reader = new RowReader({ badRow: "throw", rowBytesMax });
  const rows: string[][] = [];
  try {
    reader.receive(bytes);
    reader.receiveEnd();
    for (let row = reader.next(); row !== undefined; row = reader.next()) rows.push(row);
  } catch (error) {
    if (error instanceof RowError) throw new Refusal("malformed-rows");
    throw error;
  }
  return rows;
}
