// Tables of serials as Excel, Windows and people make them: taken rightly, or refused with the row.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSerialTable } from "../../src/cli/commands/serial/serial-table.js";

describe("a table of serials", () => {
  let folder: string;
  let file: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "table-"));
    file = join(folder, "t.csv");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function read(content: string | Uint8Array, heading?: boolean) {
    writeFileSync(file, content);
    return readSerialTable(file, heading);
  }

  function utf16(text: string, isBigEndian = false): Uint8Array {
    const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
    return isBigEndian ? bytes.swap16() : bytes;
  }

  const two = ["0001", "a"] as const;
  const taken: readonly [
    what: string,
    content: string | Uint8Array,
    serials: readonly (readonly [serial: string, extra: string])[],
    rows: readonly number[],
    heading?: boolean,
  ][] = [
    ["plain rows", "0001,a\n0002\n", [two, ["0002", ""]], [1, 2]],
    ["CRLF and no last line end", "0001,a\r\n0002", [two, ["0002", ""]], [1, 2]],
    ["CR alone, as old Macs have it", "0001,a\r0002\r", [two, ["0002", ""]], [1, 2]],
    ["a byte order mark before a quote", '\ufeff"0001","a"\r\n', [two], [1]],
    ["a quoted heading with a comma", '\ufeff"sn, new",x\n0001,a\n', [two], [2], true],
    [
      "quotes, doubled quotes, line ends",
      '"0001","a ""b"",\r\nc"\n',
      [["0001", 'a "b",\r\nc']],
      [1],
    ],
    ["semicolons", "0001;a\n0002;b,c\n", [two, ["0002", "b,c"]], [1, 2]],
    ["semicolons behind a heading", "serial;note\n0001;a\n", [two], [2], true],
    ["tabs", "0001\ta\n", [two], [1]],
    ["Excel's line sep=;", "sep=;\r\n0001;a\r\n", [two], [2]],
    ["UTF-16, little endian", utf16("0001\ta\r\n"), [two], [1]],
    ["UTF-16, big endian", utf16("0001,ä\r\n", true), [["0001", "ä"]], [1]],
    [
      "empty rows and rows of empty cells",
      "\n0001,a\n,\r\n , ,\n0002\n\n",
      [two, ["0002", ""]],
      [2, 5],
    ],
    ["empty cells at the end", "0001,a,,\n0002,,\n", [two, ["0002", ""]], [1, 2]],
    ["blanks at the edges", " 0001 ,a\n\u00a00002\t\n", [two, ["0002", ""]], [1, 2]],
    ["Excel's formula for zeros", '="0001",a\n', [two], [1]],
    [
      "a serial like a heading, if that is said",
      "serial\n0001,a\n",
      [["serial", ""], two],
      [1, 2],
      false,
    ],
    ["a blank within a serial", "A 1\n", [["A 1", ""]], [1]],
  ];
  for (const [what, content, serials, rows, heading] of taken) {
    it(`takes ${what}`, () => {
      const table = read(content, heading);
      assert.deepEqual(
        table.serials.map(({ serial, extra }) => [serial, extra]),
        serials,
      );
      assert.deepEqual(table.rowNumbers, rows);
    });
  }

  const refused: readonly [what: string, content: string | Uint8Array, message: RegExp][] = [
    ["a heading, unless it is said", "Serial Number,Note\n1\n", /row 1 looks like a heading/],
    ["a heading of MAC addresses", "MAC\n1\n", /row 1 looks like a heading \("MAC"\)/],
    ["a serial twice", "1\n2\n\n1\n", /row 4: serial "1" is in row 1 already$/],
    ["a serial twice but for blanks", "1\n 1\n", /row 2: serial "1" is in row 1 already$/],
    ["three columns", "1,a,b\n", /row 1: expected 1 or 2 columns, got something in 3$/],
    ["no serial before an extra text", "1\n,a\n", /row 2: no serial in the first column$/],
    ["an open quote", '1\n2,"a\n', /row 2: expected a closing quote$/],
    ["text behind a quote", '1\n"2"x\n', /row 2: expected a separator behind a closing quote/],
    ["a CR that ends no line", "1\n2\r3\n", /row 2: expected LF behind CR/],
    ["Latin-1", Buffer.from("1\n2,caf\xe9\n", "latin1"), /row 2: not UTF-8: save the file as/],
    ["a number that Excel rounded", "1.23457E+11\n", /that Excel has rounded: format the column/],
    ["semicolons after commas", "1,a\n2;b\n", /row 2: "2;b" holds a separator, but the file has/],
    ["characters that no serial has", "1\na/b\n", /row 2: expected a serial of 1 to 128 letters/],
    ["a NUL in a serial", "1\n2\0\n", /row 2: expected a serial of/],
    ["130 characters", `${"x".repeat(130)}\n`, /row 1: expected a serial of 1 to 128 letters/],
    ["nothing", "", /t\.csv holds no serials$/],
    ["blank rows alone", "\ufeff,\r\n\r\n", /t\.csv holds no serials$/],
  ];
  for (const [what, content, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => read(content), message);
    });
  }

  it("names a file that is not there", () => {
    assert.throws(
      () => readSerialTable(join(folder, "no.csv"), undefined),
      /no\.csv is not there$/,
    );
  });
});
