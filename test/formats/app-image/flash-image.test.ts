import assert from "node:assert/strict";

import { SlotVerifier } from "../../../src/flash/app-image-verify.js";
import { decodeOtadata } from "../../../src/flash/otadata.js";
import {
  parsePartitionTable,
  type Partition,
  partitionTableBytes,
  partitionTableOffset,
  verifyPartitionTable,
} from "../../../src/formats/partition-table/partition-table.js";
import {
  dataSubtypes,
  partitionTypes,
} from "../../../src/formats/partition-table/partition-table-types.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { NorFlash } from "../../support/nor-flash.js";
import { loadFile, loadIndex } from "../../support/vectors.js";
import { boot, indexed, type IndexedBoot } from "../../flash/otadata-cases.js";

const { images } = loadIndex<{
  readonly images: readonly {
    readonly file: string;
    readonly parts: readonly { readonly offset: number; readonly file: string }[];
    readonly table: string;
    readonly boot: Readonly<Record<"rollback" | "no rollback", IndexedBoot>>;
    readonly slots: readonly {
      readonly slot: string;
      readonly result: string;
      readonly image_len: number;
      readonly version: string;
    }[];
  }[];
}>("flash", "flash.json");

describe("a whole flash image", () => {
  for (const { file, parts, table, boot: boots, slots } of images) {
    const flash = loadFile("flash", file);
    const tableBytes = flash.subarray(
      partitionTableOffset,
      partitionTableOffset + partitionTableBytes,
    );
    const contentOf = (matches: (partition: Partition) => boolean): Buffer => {
      const partition = parsePartitionTable(tableBytes).find(matches);
      assert.ok(partition);
      return flash.subarray(partition.offset, partition.offset + partition.size);
    };

    it(`holds in ${file} the parts it was made of, where the table says`, () => {
      const expected = table === "ESP_OK" ? parsePartitionTable(tableBytes).length : -1;
      assert.equal(verifyPartitionTable(tableBytes, flash.length), expected);
      for (const part of parts) {
        const bytes = loadFile(...part.file.split("/"));
        const found = flash.subarray(part.offset, part.offset + bytes.length);
        assert.ok(found.equals(bytes), part.file);
      }
    });

    for (const { slot, result, image_len, version } of slots) {
      it(`has in ${slot} of ${file} the image ESP-IDF finds`, () => {
        assert.equal(result, "ESP_OK");
        const partition = NorFlash.of(contentOf(({ label }) => label === slot));
        const scratch = new Uint8Array(4096);
        const verifier = new SlotVerifier(partition, { openDigest: openSha256, scratch });
        let verdict = verifier.step();
        while (verdict === undefined) verdict = verifier.step();
        assert.equal(verdict.image.byteLength, image_len);
        assert.equal(verdict.image.descriptor?.version, version);
      });
    }

    for (const [circumstances, expected] of Object.entries(boots)) {
      it(`boots ${file} as ESP-IDF does with ${circumstances}`, () => {
        const isOtadata = ({ type, subtype }: Partition): boolean =>
          type === partitionTypes.data && subtype === dataSubtypes.ota;
        const otadata = NorFlash.of(contentOf(isOtadata));
        const rollback = circumstances === "rollback";
        const chip = { slotCount: slots.length, factory: false, rollback, isGood: () => true };
        const record = boot(otadata, chip);
        assert.equal(record.selected, expected.selected_index);
        assert.equal(record.booted, expected.booted_index);
        const after = decodeOtadata(otadata.snapshot().content).map(indexed);
        assert.deepEqual(after, expected.otadata_after);
      });
    }
  }
});
