// Rows: the same in any pieces, whether bad ones are skipped or thrown, and the same again once
// they are written and read back.

import assert from "node:assert/strict";
import type * as rows from "../../../src/protocol/csv.js";
import { errorOf, latin1, type Target } from "../target.js";

const rowBytesMax = 64;

export const csv: Target = {
  name: "csv",
  bytesMax: 600,
  tokens: [",", '"', '""', "\r\n", "\n", "\r", ',"a"', "\xff", "\xc3\xa4"].map(latin1),
  seeds: () =>
    [
      "lamp-1.0.0\r\nlamp-1.1.0\r\n",
      'application/octet-stream,1048576,1700000000,"version=1.1.0&sha256=ab"\r\n',
      '"a,b","say ""hi""",\n,,\r\n""\r\n"bad"x\r\nc',
    ].map(latin1),
  async open(load) {
    const { RowReader, RowError, formatRow } = await load<typeof rows>("protocol/csv.js");

    function read(input: Uint8Array, badRow: "skip" | "throw", step: number, max: number): string {
      const reader = new RowReader({ badRow, rowBytesMax: max });
      const found: (readonly string[])[] = [];
      const drain = (): void => {
        for (let row = reader.next(); row !== undefined; row = reader.next()) found.push(row);
      };
      const error = errorOf(() => {
        for (let at = 0; at < input.length; at += step) {
          reader.receive(input.slice(at, at + step));
          drain();
        }
        reader.receiveEnd();
        drain();
      }, RowError);
      return JSON.stringify([found, error?.message]);
    }

    return (input) => {
      for (const badRow of ["skip", "throw"] as const) {
        const whole = read(input, badRow, Infinity, rowBytesMax);
        assert.equal(read(input, badRow, 1, rowBytesMax), whole, `byte by byte, ${badRow}`);
        assert.equal(read(input, badRow, 7, rowBytesMax), whole, `in sevens, ${badRow}`);
      }
      const [found] = JSON.parse(read(input, "skip", 7, rowBytesMax)) as [string[][]];
      const written = Buffer.from(found.map((row) => formatRow(row)).join(""));
      const again = read(new Uint8Array(written), "throw", Infinity, 4 * rowBytesMax);
      assert.deepEqual(JSON.parse(again), [found, null]);
    };
  },
  plant: {
    module: "protocol/csv.js",
    find: "this.#store(quote);",
    replace: 'if (this.#fieldEnds.length === 3) throw new Error("planted"); this.#store(quote);',
    from: latin1("a\r\n"),
  },
};
