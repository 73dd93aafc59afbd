// Partition tables: refused and read exactly as the simulated chip's boot loader, written apart,
// does; and a table that is read and written again says the same.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { verifyBootTable } from "../../../src/formats/boot/boot-table.js";
import type * as errors from "../../../src/formats/partition-table/partition-table-error.js";
import type * as tables from "../../../src/formats/partition-table/partition-table.js";
import { writePartitionTable } from "../../../src/formats/partition-table/partition-table.js";
import { errorOf, type Target } from "../target.js";

const tableBytes = 0xc00;
const recordBytes = 32;
const flashBytes = 0x400000;

function table(md5: boolean, ...labels: readonly string[]): Uint8Array {
  const partitions = labels.map((label, index) => ({
    label,
    type: index < 2 ? 1 : 0,
    subtype: index < 2 ? 2 - 2 * index : 0x10 + index - 2,
    offset: 0x9000 + index * 0x10000,
    size: 0x10000,
    flags: 0,
  }));
  const bytes = writePartitionTable(partitions, { md5 });
  return bytes.slice(0, (labels.length + 2) * recordBytes);
}

export const partitionTable: Target = {
  name: "partition-table",
  bytesMax: tableBytes,
  tokens: [
    [0xaa, 0x50],
    [0xeb, 0xeb, ...new Array<number>(14).fill(0xff)],
    new Array<number>(recordBytes).fill(0xff),
    [0xaa, 0x50, 0, 0x10, 0, 0, 1, 0, 0, 0, 1, 0, 0x61, ...new Array<number>(19).fill(0)],
    [0, 0, 0x40, 0],
  ].map((bytes) => Uint8Array.from(bytes)),
  seeds: () => [table(true, "nvs", "otadata", "ota_0", "ota_1"), table(false, "nvs", "otadata")],
  repair(input) {
    const repaired = input.slice();
    for (let at = 0; at + recordBytes <= repaired.length; at += recordBytes) {
      if (repaired[at] !== 0xeb || repaired[at + 1] !== 0xeb) continue;
      repaired.set(createHash("md5").update(repaired.subarray(0, at)).digest(), at + 16);
    }
    return repaired;
  },
  async open(load) {
    const {
      parsePartitionTable,
      verifyPartitionTable,
      writePartitionTable: write,
    } = await load<typeof tables>("formats/partition-table/partition-table.js");
    const { PartitionTableError } = await load<typeof errors>(
      "formats/partition-table/partition-table-error.js",
    );
    return (input) => {
      const bytes = Buffer.alloc(tableBytes, 0xff);
      bytes.set(input);
      const verdict = verifyBootTable(bytes, flashBytes);
      let count = -1;
      const refusal = errorOf(() => {
        count = verifyPartitionTable(bytes, flashBytes);
      }, PartitionTableError);
      if ("problem" in verdict) assert.ok(refusal, `accepted, but ${verdict.problem}`);
      else assert.equal(count, verdict.length, refusal?.message);
      errorOf(() => {
        const partitions = parsePartitionTable(bytes);
        if (!("problem" in verdict) && partitions.length === verdict.length) {
          for (const [index, { offset, size, subtype }] of verdict.entries()) {
            const { offset: o, size: s, subtype: t } = partitions[index] ?? {};
            assert.deepEqual([o, s, t], [offset, size, subtype]);
          }
        }
        assert.deepEqual(parsePartitionTable(write(partitions)), partitions);
      }, PartitionTableError);
    };
  },
  plant: {
    module: "formats/partition-table/partition-table.js",
    find: "return index - md5Records;",
    replace:
      'if (md5Records === 1 && index === 3) throw new Error("planted"); return index - md5Records;',
    from: table(false, "nvs").slice(0, recordBytes),
  },
};
