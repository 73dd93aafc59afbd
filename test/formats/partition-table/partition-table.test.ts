import assert from "node:assert/strict";

import fc from "fast-check";

import {
  parsePartitionTable,
  type Partition,
  partitionFlags,
  verifyPartitionTable,
  writePartitionTable,
} from "../../../src/formats/partition-table/partition-table.js";
import { PartitionTableError } from "../../../src/formats/partition-table/partition-table-error.js";
import { checkPartitions } from "../../../src/formats/partition-table/partition-table-rules.js";
import { loadFile, loadIndex } from "../../support/vectors.js";

interface Verdict {
  readonly flash_mb: number;
  readonly idf: { readonly result: string; readonly partitions: number };
}

interface Table extends Verdict {
  readonly md5: string | null;
  readonly md5_offset: number | null;
  readonly partitions: readonly {
    readonly name: string;
    readonly type: number;
    readonly subtype: number;
    readonly offset: number;
    readonly size: number;
    readonly encrypted: boolean;
    readonly readonly: boolean;
  }[];
}

interface DamagedTable extends Verdict {
  readonly file: string;
  readonly what: string;
  readonly gen_esp32part_parse: string;
  readonly gen_esp32part_verify: string | null;
}

const folder = "partition-table";
const index = loadIndex<{
  readonly tables: Readonly<Record<string, Table>>;
  readonly damaged: readonly DamagedTable[];
}>(folder, "partition-tables.json");
const tables = Object.entries(index.tables).map(([name, table]) => ({ name, ...table }));

/** The value, or the error of the layer. Any other error is a bug and passes through. */
function attempt<T>(run: () => T): T | PartitionTableError {
  try {
    return run();
  } catch (error) {
    if (error instanceof PartitionTableError) return error;
    throw error;
  }
}

describe("partition table", () => {
  for (const { name, flash_mb, md5, md5_offset, partitions, idf } of tables) {
    const bytes = loadFile(folder, `${name}.bin`);

    it(`reads ${name} as Espressif's generator does`, () => {
      const expected = partitions.map((partition) => ({
        label: partition.name,
        type: partition.type,
        subtype: partition.subtype,
        offset: partition.offset,
        size: partition.size,
        flags:
          (partition.encrypted ? partitionFlags.encrypted : 0) |
          (partition.readonly ? partitionFlags.readonly : 0),
      }));
      assert.deepEqual(parsePartitionTable(bytes), expected);
    });

    it(`finds ${name} as good as the bootloader does`, () => {
      assert.equal(idf.result, "ESP_OK");
      assert.equal(verifyPartitionTable(bytes, flash_mb * 0x100000), idf.partitions);
    });

    it(`writes ${name} byte by byte`, () => {
      const written = writePartitionTable(parsePartitionTable(bytes), { md5: md5 !== null });
      assert.deepEqual(Buffer.from(written), bytes);
      if (md5 === null || md5_offset === null) return;
      const found = Buffer.from(written).toString("hex", md5_offset + 16, md5_offset + 32);
      assert.equal(found, md5);
    });
  }

  for (const damaged of index.damaged) {
    const { file, what, gen_esp32part_parse, gen_esp32part_verify, flash_mb, idf } = damaged;
    const bytes = loadFile(folder, "damaged", file);

    it(`judges ${file} as Espressif's tools do: ${what}`, () => {
      const parsed = attempt(() => parsePartitionTable(bytes));
      const [, count] = /^parsed (\d+)$/.exec(gen_esp32part_parse) ?? [];
      if (count === undefined) {
        assert.ok(parsed instanceof PartitionTableError);
      } else {
        if (parsed instanceof PartitionTableError) assert.fail(parsed.message);
        assert.equal(parsed.length, Number(count));
        const ruled = attempt(() => checkPartitions(parsed));
        assert.equal(ruled instanceof PartitionTableError, gen_esp32part_verify !== "ok");
      }
      const verified = attempt(() => verifyPartitionTable(bytes, flash_mb * 0x100000));
      if (idf.result === "ESP_OK") assert.equal(verified, idf.partitions);
      else assert.ok(verified instanceof PartitionTableError);
    });
  }

  it("comes back from its bytes as it was", () => {
    fc.assert(
      fc.property(fc.array(anyPartition, { maxLength: 94 }), fc.boolean(), (partitions, md5) => {
        assert.deepEqual(parsePartitionTable(writePartitionTable(partitions, { md5 })), partitions);
      }),
    );
  });

  it("is refused with its own error, or not at all, whatever the bytes", () => {
    const good = tables.map(({ name }) => loadFile(folder, `${name}.bin`));
    const change = fc.record({ at: fc.nat(0xbff), byte: fc.nat(255) });
    const changed = fc.tuple(fc.constantFrom(...good), fc.array(change, { maxLength: 4 }));
    const damagedBytes = changed.map(([bytes, changes]) => {
      const copy = Uint8Array.from(bytes);
      for (const { at, byte } of changes) copy[at] = byte;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(damagedBytes, fc.uint8Array({ maxLength: 0xc00 })), (bytes) => {
        attempt(() => parsePartitionTable(bytes));
        attempt(() => verifyPartitionTable(bytes, 0x400000));
      }),
    );
  });

  it("detects any change of a record by its MD5", () => {
    const table = tables.find(({ md5_offset }) => md5_offset !== null);
    assert.ok(table?.md5_offset);
    const bytes = loadFile(folder, `${table.name}.bin`);
    for (let at = 0; at < table.md5_offset; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.throws(() => parsePartitionTable(changed), PartitionTableError);
    }
  });

  it("refuses more partitions than fit, and numbers that do not", () => {
    const partition = { label: "a", type: 1, subtype: 0x40, offset: 0x9000, size: 1, flags: 0 };
    const many = (count: number): Partition[] => Array.from({ length: count }, () => partition);
    assert.equal(parsePartitionTable(writePartitionTable(many(94))).length, 94);
    assert.throws(() => writePartitionTable(many(95)), { kind: "count" });
    assert.equal(parsePartitionTable(writePartitionTable(many(95), { md5: false })).length, 95);
    assert.throws(() => writePartitionTable(many(96), { md5: false }), { kind: "count" });
    for (const wrong of [{ type: 256 }, { subtype: -1 }, { offset: 2 ** 32 }, { size: 0.5 }]) {
      assert.throws(() => writePartitionTable([{ ...partition, ...wrong }]), { kind: "range" });
    }
  });
});

const uint32 = fc.nat(0xffffffff);
const anyPartition: fc.Arbitrary<Partition> = fc.record(
  {
    label: fc
      .string({ unit: "grapheme", maxLength: 16 })
      .filter((label) => !label.includes("\0") && Buffer.byteLength(label) <= 16),
    type: fc.nat(0xff),
    subtype: fc.nat(0xff),
    offset: uint32,
    size: uint32,
    flags: uint32,
  },
  { noNullPrototype: true },
);
