// CSV rows: there and back in any pieces, the spellings of others, and what a bad row costs.

import assert from "node:assert/strict";
import fc from "fast-check";
import { formatRow, RowError, RowReader, type RowReaderOptions } from "../../src/protocol/csv.js";
import { rowBytesMax, rowFieldsMax } from "../../src/protocol/limits.js";

/** All rows of `text`, which arrives in pieces of `pieceBytes`. */
function readRows(
  text: string | Uint8Array,
  options: RowReaderOptions = { badRow: "throw" },
  pieceBytes = Infinity,
): string[][] {
  const bytes = Buffer.from(text);
  const reader = new RowReader(options);
  const rows: string[][] = [];
  const drain = (): void => {
    for (let row = reader.next(); row !== undefined; row = reader.next()) rows.push(row);
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = Uint8Array.from(bytes.subarray(at, at + pieceBytes));
    reader.receive(piece);
    drain();
    piece.fill(0x21); // Nothing of it may be kept.
  }
  reader.receiveEnd();
  drain();
  assert.equal(reader.next(), undefined);
  return rows;
}

const field = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('a,"\r\n ä☃')), maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 6 });

describe("formatRow", () => {
  it("quotes only what needs it, and ends in CRLF", () => {
    assert.equal(formatRow(["fw-1.0.0"]), "fw-1.0.0\r\n");
    assert.equal(formatRow(["a b", "", "c'd;e"]), "a b,,c'd;e\r\n");
    assert.equal(formatRow(["a,b", 'c"d', "e\r", "\nf"]), '"a,b","c""d","e\r","\nf"\r\n');
  });

  it("keeps a lone empty field from being a blank line", () => {
    assert.equal(formatRow([""]), '""\r\n');
    assert.equal(formatRow(["", ""]), ",\r\n");
  });
});

describe("RowReader", () => {
  it("reads back what was written, in any pieces", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), (written, pieceBytes) => {
        const text = written.map(formatRow).join("");
        assert.deepEqual(readRows(text, { badRow: "throw" }, pieceBytes), written);
      }),
    );
  });

  const spellings: [text: string, rows: string[][], why: string][] = [
    ["", [], "nothing"],
    ["a\r\nb\r\n", [["a"], ["b"]], "CRLF"],
    ["a\nb\n", [["a"], ["b"]], "LF"],
    ["a\r\nb", [["a"], ["b"]], "no line end at the end"],
    ["a\r\nb\r", [["a"], ["b"]], "half a line end at the end"],
    ['a,"b"', [["a", "b"]], "a closing quote at the end"],
    ["\r\n\na\n\r\n\r\nb\r\n\r\n", [["a"], ["b"]], "blank lines are skipped"],
    ['""\r\n', [[""]], "a quoted nothing is a row"],
    [",\n", [["", ""]], "a comma makes two fields"],
    ["a,\n", [["a", ""]], "an empty last field"],
    [' "a" \n', [[' "a" ']], "a quote behind a blank is a character"],
    ['5" disk\n', [['5" disk']], "so is one within a field"],
    ['"a""b"\r\n', [['a"b']], "a doubled quote"],
    ['"a\r\nb\n",c\n', [["a\r\nb\n", "c"]], "line ends within quotes"],
    ["a b,c\n", [["a b", "c"]], "blanks belong to the field"],
  ];
  for (const [text, expected, why] of spellings) {
    it(`reads ${JSON.stringify(text)}: ${why}`, () => {
      assert.deepEqual(readRows(text), expected);
      assert.deepEqual(readRows(text, { badRow: "throw" }, 1), expected);
    });
  }

  it("hands out a row as soon as its line end has come", () => {
    const reader = new RowReader({ badRow: "throw" });
    reader.receive(Buffer.from("a,b"));
    assert.equal(reader.next(), undefined);
    reader.receive(Buffer.from("c\r"));
    assert.equal(reader.next(), undefined);
    reader.receive(Buffer.from("\nd"));
    assert.deepEqual(reader.next(), ["a", "bc"]);
    assert.equal(reader.next(), undefined);
  });

  it("refuses to be handed more while bytes are unread: that is the caller's bug", () => {
    const reader = new RowReader({ badRow: "throw" });
    reader.receive(Buffer.from("a\nb\n"));
    assert.deepEqual(reader.next(), ["a"]);
    assert.throws(() => {
      reader.receive(Buffer.from("c\n"));
    }, Error);
  });

  const longest = "a".repeat(rowBytesMax - 2);
  const mostFields = ",".repeat(rowFieldsMax - 1);
  const badRows: [row: string, kind: string, good: string, why: string][] = [
    [`${longest},bcd`, "row-too-long", `${longest},bc`, "a byte too many"],
    [`"${longest},b\nc"`, "row-too-long", `"${longest}\n",b`, "quotes do not help"],
    [`${mostFields},`, "too-many-fields", mostFields, "a field too many"],
    ['"a"b', "malformed", '"a"', "text behind a closing quote"],
    ['"a" ,b', "malformed", '"a",b', "even a blank"],
    ["a\rb", "malformed", '"a\rb"', "a CR that ends no line"],
    ["a\r\r", "malformed", "a\r", "a CR before CRLF"],
    ['"a"\rb', "malformed", '"a"\r', "a CR behind a closing quote"],
  ];
  for (const [row, kind, good, why] of badRows) {
    it(`takes a row for ${kind}, or skips just that one: ${why}`, () => {
      const text = `1,"x\ny"\r\n${row}\n2,b\r\n`;
      for (const pieceBytes of [1, 7, Infinity]) {
        assert.throws(
          () => readRows(text, { badRow: "throw" }, pieceBytes),
          (error) => error instanceof RowError && error.kind === kind,
        );
        const read = readRows(text, { badRow: "skip" }, pieceBytes);
        assert.deepEqual(read, [
          ["1", "x\ny"],
          ["2", "b"],
        ]);
      }
      assert.equal(readRows(`1\n${good}\n2\n`).length, 3, "the bound itself is within bounds");
    });
  }

  it("takes an unclosed quote for malformed, at the end", () => {
    assert.throws(() => readRows('a\n"b\nc\n'), { kind: "malformed" });
    assert.deepEqual(readRows('a\n"b\nc\n', { badRow: "skip" }), [["a"]]);
  });

  it("counts what it skipped, and throws the same error at every call", () => {
    const skipping = new RowReader({ badRow: "skip" });
    skipping.receive(Buffer.from('"a"b\nc\n"d"e\n"f'));
    assert.deepEqual([skipping.next(), skipping.next()], [["c"], undefined]);
    assert.equal(skipping.skipped, 2);
    skipping.receiveEnd();
    assert.deepEqual([skipping.next(), skipping.next()], [undefined, undefined]);
    assert.equal(skipping.skipped, 3);

    const throwing = new RowReader({ badRow: "throw" });
    throwing.receive(Buffer.from('"a"b\nc\n'));
    assert.throws(() => throwing.next(), { kind: "malformed" });
    assert.throws(() => throwing.next(), { kind: "malformed" });
  });

  it("keeps to the bound it is given", () => {
    assert.deepEqual(readRows("abc\nabcd\nab\n", { badRow: "skip", rowBytesMax: 3 }), [
      ["abc"],
      ["ab"],
    ]);
  });

  it("reads garbage in one way or refuses it, whatever the pieces", () => {
    const garbage = fc.string({ unit: fc.constantFrom(...Array.from('a,"\r\n')), maxLength: 30 });
    fc.assert(
      fc.property(garbage, (text) => {
        const outcome = (pieceBytes: number, badRow: "throw" | "skip"): unknown => {
          try {
            return readRows(text, { badRow, rowBytesMax: 6 }, pieceBytes);
          } catch (error) {
            assert.ok(error instanceof RowError && badRow === "throw");
            return error.kind;
          }
        };
        assert.deepEqual(outcome(1, "throw"), outcome(Infinity, "throw"));
        assert.deepEqual(outcome(1, "skip"), outcome(Infinity, "skip"));
      }),
      { numRuns: 300 },
    );
  });
});
