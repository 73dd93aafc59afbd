// Serials from a CSV file: `<serial>` or `<serial>,<extra>` rows, of any size of file, read whole
// before any of them is used.

import { createReadStream } from "node:fs";
import { RowError, RowReader } from "../../../protocol/csv.js";
import { metaBytesMax, serialBytesMax } from "../../../protocol/limits.js";
import type { NewSerial } from "../../../client/serials.js";

const columnsMax = 2;
/** Longer than what is valid: what is too long should be told by its name. */
const rowBytesMax = 2 * (metaBytesMax + serialBytesMax);
/** What bytes that are no UTF-8 are read as. */
const replacement = "\ufffd";
/** What spreadsheets put before UTF-8. */
const byteOrderMark = "\ufeff";

/** `file`: `-` is standard input. Throws an Error that names file and row. */
export async function readSerialFile(file: string, hasHeading: boolean): Promise<NewSerial[]> {
  const reader = new RowReader({ badRow: "throw", rowBytesMax });
  const serials: NewSerial[] = [];
  let rowCount = 0;
  const take = (): void => {
    for (let row = reader.next(); row !== undefined; row = reader.next()) {
      rowCount += 1;
      const [serial = "", extra = ""] = row;
      if (row.length > columnsMax) {
        throw new Error(`${file}: row ${rowCount}: expected 1 or 2 columns, got ${row.length}`);
      }
      if (row.some((field) => field.includes(replacement))) {
        throw new Error(`${file}: row ${rowCount}: expected UTF-8, got something else`);
      }
      const isFirst = rowCount === 1;
      if (isFirst && hasHeading) continue;
      serials.push({ serial: isFirst ? withoutMark(serial) : serial, extra });
    }
  };
  try {
    const stream = file === "-" ? process.stdin : createReadStream(file);
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      reader.receive(chunk);
      take();
    }
    reader.receiveEnd();
    take();
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    throw new Error(`${file}: row ${rowCount + 1}: ${error.message}`, { cause: error });
  }
  return serials;
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
}
