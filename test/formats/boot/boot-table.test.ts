import assert from "node:assert/strict";

import { readBootTable, verifyBootTable } from "../../../src/formats/boot/boot-table.js";
import { NorFlash } from "../../support/nor-flash.js";
import { loadFile, loadIndex } from "../../support/vectors.js";

interface Verdict {
  readonly flash_mb: number;
  readonly idf: { readonly result: string; readonly partitions: number };
}

interface TableIndex {
  readonly tables: Readonly<Record<string, Verdict & { partitions: readonly Parsed[] }>>;
  readonly damaged: readonly (Verdict & { readonly file: string; readonly what: string })[];
}

interface Parsed {
  readonly name: string;
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
}

const { tables, damaged } = loadIndex<TableIndex>("partition-table", "partition-tables.json");

describe("the boot loader's look at a partition table, held to ESP-IDF's", () => {
  for (const [name, { flash_mb, partitions, idf }] of Object.entries(tables)) {
    it(`reads ${name}`, () => {
      const verdict = verifyBootTable(loadFile("partition-table", `${name}.bin`), flash_mb << 20);
      assert.ok(!("problem" in verdict));
      assert.equal(verdict.length, idf.partitions);
      const expected = partitions.map(({ name: label, type, subtype, offset, size }) => {
        return { label, type, subtype, offset, size };
      });
      assert.deepEqual(verdict, expected);
    });
  }

  for (const { file, what, flash_mb, idf } of damaged) {
    it(`${idf.result === "ESP_OK" ? "takes" : "refuses"} a damaged one: ${what}`, () => {
      const table = loadFile("partition-table", "damaged", file);
      const verdict = verifyBootTable(table, flash_mb << 20);
      const partitions = "problem" in verdict ? 0 : verdict.length;
      assert.equal(partitions, idf.partitions, JSON.stringify(verdict));
    });
  }

  it("finds otadata, the factory's image and the slots by number", () => {
    for (const [name, { flash_mb, partitions }] of Object.entries(tables)) {
      const flash = new NorFlash({ size: flash_mb << 20 });
      flash.write(loadFile("partition-table", `${name}.bin`), 0x8000);
      const table = readBootTable(flash);
      assert.ok(!("problem" in table));
      const offsetOf = (type: number, subtype: number) =>
        partitions.find((one) => one.type === type && one.subtype === subtype)?.offset;
      assert.equal(table.otadata?.offset, offsetOf(1, 0), name);
      assert.equal(table.factory?.offset, offsetOf(0, 0), name);
      for (const [slot, partition] of table.slots.entries()) {
        assert.equal(partition?.offset, offsetOf(0, 0x10 + slot), `${name}, ota_${slot}`);
      }
      assert.equal(table.slotCount, Object.values(table.slots).length, name);
    }
  });
});
