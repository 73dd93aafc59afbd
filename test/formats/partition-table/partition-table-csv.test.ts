import assert from "node:assert/strict";

import fc from "fast-check";

import {
  parsePartitionTable,
  type Partition,
  writePartitionTable,
} from "../../../src/formats/partition-table/partition-table.js";
import {
  PartitionTableError,
  type PartitionTableErrorKind,
} from "../../../src/formats/partition-table/partition-table-error.js";
import { parsePartitionCsv } from "../../../src/formats/partition-table/partition-table-csv.js";
import { formatPartitionCsv } from "./partition-csv-writer.js";
import { loadFile, loadIndex, loadText } from "../../support/vectors.js";

interface CsvCase {
  readonly case: string;
  readonly csv: string;
  readonly accepted: boolean;
  readonly error?: string;
  readonly first_record?: string;
}

const folder = "partition-table";
const { tables } = loadIndex<{
  readonly tables: Readonly<Record<string, { flash_mb: number; md5: string | null }>>;
}>(folder, "partition-tables.json");
const { cases } = loadIndex<{ readonly cases: readonly CsvCase[] }>(folder, "csv-verdicts.json");

/** The flash that the verdicts were made for. */
const flashBytes = 0x400000;

function parse(csv: string): Partition[] {
  return parsePartitionCsv(csv, { flashBytes });
}

function refuses(csv: string, kind: PartitionTableErrorKind, message: RegExp): void {
  assert.throws(
    () => parse(csv),
    (error) => {
      assert.ok(error instanceof PartitionTableError);
      assert.equal(error.kind, kind);
      assert.match(error.message, message);
      return true;
    },
  );
}

describe("partition table as CSV", () => {
  for (const [name, { flash_mb, md5 }] of Object.entries(tables)) {
    it(`makes of ${name} the bytes that Espressif's generator makes`, () => {
      const csv = loadText(folder, `${name}.csv`);
      const partitions = parsePartitionCsv(csv, { flashBytes: flash_mb * 0x100000 });
      const bytes = writePartitionTable(partitions, { md5: md5 !== null });
      assert.deepEqual(Buffer.from(bytes), loadFile(folder, `${name}.bin`));
    });

    it(`is written of ${name} as Espressif's generator writes it`, () => {
      const csv = formatPartitionCsv(parsePartitionTable(loadFile(folder, `${name}.bin`)));
      const rows = (text: string): string[] =>
        text.split("\n").filter((line) => !line.startsWith("#"));
      assert.deepEqual(rows(csv), rows(loadText(folder, `${name}.parsed.csv`)));
    });
  }

  for (const { case: name, csv, accepted, first_record } of cases) {
    it(`${accepted ? "accepts" : "refuses"} "${name}" as Espressif's generator does`, () => {
      if (!accepted) {
        assert.throws(() => writePartitionTable(parse(csv)), PartitionTableError);
        return;
      }
      const bytes = writePartitionTable(parse(csv));
      assert.equal(Buffer.from(bytes.subarray(0, 32)).toString("hex"), first_record);
    });
  }

  it("names the line and what to write instead", () => {
    const good = "# a comment\n\nnvs,data,nvs,,16K\n";
    refuses(`${good}a,data,nvs,,`, "syntax", /^line 4: the size is empty: write it like /);
    refuses(`${good}a,data,nvs,,12Q`, "syntax", /^line 4: size "12Q" is no number: write it like /);
    refuses(`${good}a,app,ota_16,,1M`, "syntax", /^line 4: subtype "ota_16" .* ota_15/);
    refuses(`${good}a,,nvs,,16K`, "syntax", /^line 4: the type is empty: write app/);
    refuses(`${good}a,data,nvs,0x9000,16K`, "overlap", /^line 4: .* first free one is 0xd000/);
    refuses(`${good}nvs,data,nvs,,16K`, "duplicate-label", /^line 4, partition "nvs": /);
    refuses(`${good}o,data,ota,,8K,readonly`, "type-rule", /^line 4, .* drop the flag/);
    refuses(`${good}a,app,ota_0,,4M`, "flash-size", /^line 4, .* 0x410000, behind .* 0x400000/);
    refuses(`${good}b,bootloader,primary,,`, "syntax", /^line 4: bootloader partitions are not/);
    refuses(`${good}$NAME,data,nvs,,16K`, "syntax", /^line 4: variables are not expanded/);
  });

  it("reads numbers as Python does", () => {
    const sizeOf = (size: string): number | undefined => parse(`a,0x40,1,,${size}`)[0]?.size;
    const readings = {
      "0x1000": 0x1000,
      "0X1f_ff": 0x1fff,
      "0o17": 15,
      "0b101": 5,
      "1_000": 1000,
      "+16": 16,
      "00": 0,
      "4 k": 0x1000,
      "1kk": 0x100000,
      "0x1M": 0x100000,
    };
    for (const [text, value] of Object.entries(readings)) assert.equal(sizeOf(text), value, text);
    for (const text of ["010", "1__0", "_1", "0x", "1e3", "4.5", "k", "- 1", "0b2"]) {
      refuses(`a,0x40,1,,${text}`, "syntax", /is no number/);
    }
  });

  it("places what has no offset behind the one before, an app at 64 KiB", () => {
    const csv = ["nvs,data,nvs,,0x3000", "app,app,ota_0,,64K", "log,data,0x40,,1", "x,0x40,0,,1"];
    assert.deepEqual(
      parse(csv.join("\n")).map(({ offset }) => offset),
      [0x9000, 0x10000, 0x20000, 0x21000],
    );
  });

  it("takes a negative size as the address to end at", () => {
    const [partition] = parse("a,app,factory,0x10000,-0x100000");
    assert.equal(partition?.size, 0xf0000);
    refuses("a,app,factory,0x10000,-0x1000", "range", /^line 1, .*size -61440/);
  });

  it("lets a table list itself and any line end be used", () => {
    const csv = "pt,partition_table,primary,,\r\nnvs,data,nvs,,16K\rphy,data,phy,,4K";
    assert.deepEqual(
      parse(csv).map(({ offset, size }) => [offset, size]),
      [
        [0x8000, 0x1000],
        [0x9000, 0x4000],
        [0xd000, 0x1000],
      ],
    );
  });

  it("reads back what it writes", () => {
    const rows = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 0x4000 }), flag: fc.nat(3) }),
    );
    fc.assert(
      fc.property(rows, (list) => {
        const csv = list.map(({ size }, i) => `p${i},0x40,${i % 200},,${size}`).join("\n");
        const flagged = parsePartitionCsv(csv).map((partition, i) => {
          return { ...partition, flags: list[i]?.flag ?? 0 };
        });
        assert.deepEqual(parsePartitionCsv(formatPartitionCsv(flagged)), flagged);
      }),
    );
  });

  it("refuses with its own error, or not at all, whatever the text", () => {
    const field = fc.oneof(
      fc.constantFrom("", "app", "data", "nvs", "ota", "ota_0", "0x10000", "4K", "readonly", "3"),
      fc.string({ maxLength: 8 }),
    );
    const line = fc.array(field, { maxLength: 8 }).map((fields) => fields.join(","));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        try {
          writePartitionTable(parsePartitionCsv(lines.join("\n")));
        } catch (error) {
          assert.ok(error instanceof PartitionTableError, String(error));
        }
      }),
    );
  });
});
