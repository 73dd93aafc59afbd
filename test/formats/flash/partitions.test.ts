// Partitions open by the rules of the chip: what is idle and what runs by those names, data by
// label, and nothing else.

import assert from "node:assert/strict";
import { partitionOpener } from "../../../src/formats/flash/partitions.js";
import { PartitionTableError } from "../../../src/formats/partition-table/partition-table-error.js";
import type { OpenPartition } from "../../../src/ports/flash.js";
import { NorFlash } from "../../support/nor-flash.js";
import { flashWith, labels, layout, type Label } from "./flash-layout.js";

/** The label of the partition that `path` opens, told by what is written at each one's start. */
function labelOf(open: OpenPartition, path: string): Label | undefined {
  const first = new Uint8Array(1);
  open(path).read(first, 0);
  return labels[first[0] ?? -1];
}

function markedFlash(): NorFlash {
  const flash = flashWith();
  labels.forEach((label, index) => {
    flash.write(Uint8Array.of(index), layout[label].offset);
  });
  return flash;
}

describe("partitions", () => {
  for (const slot of [0, 1]) {
    it(`of a chip that runs from slot ${slot}: that is running, the other next`, () => {
      const open = partitionOpener(markedFlash(), slot);
      assert.equal(labelOf(open, "running"), slot === 0 ? "ota_0" : "ota_1");
      assert.equal(labelOf(open, "nextota"), slot === 0 ? "ota_1" : "ota_0");
    });
  }

  it("open by label if they hold data, with their own size", () => {
    const open = partitionOpener(markedFlash(), 0);
    assert.equal(labelOf(open, "nvs"), "nvs");
    assert.equal(labelOf(open, "otadata"), "otadata");
    assert.equal(open("nvs").status().size, layout.nvs.size);
  });

  it("do not open by label if they hold an app, or something else, or are not there", () => {
    const open = partitionOpener(flashWith(), 0);
    for (const path of ["ota_0", "ota_1", "product", "elsewhere", "", "NVS"]) {
      assert.throws(() => open(path), /can't find partition/, path);
    }
  });

  it("are read-only if they run, and writable otherwise", () => {
    const open = partitionOpener(flashWith(), 0);
    assert.throws(() => {
      open("running").write(Uint8Array.of(0), 0);
    }, /read-only/);
    assert.throws(() => {
      open("running").eraseBlock(0);
    }, /read-only/);
    for (const path of ["nextota", "nvs", "otadata"]) {
      const partition = open(path);
      partition.write(Uint8Array.of(0), 1);
      partition.eraseBlock(0);
    }
  });

  it("that the table does not have do not open", () => {
    const open = partitionOpener(flashWith(["nvs", "ota_0"]), 0);
    assert.equal(open("running").status().size, layout.ota_0.size);
    assert.throws(() => open("nextota"), /can't find partition/);
    assert.throws(() => open("otadata"), /can't find partition/);
  });

  it("are opened anew each time: closing one leaves the other open", () => {
    const open = partitionOpener(flashWith(), 0);
    const [one, other] = [open("nvs"), open("nvs")];
    one.close();
    assert.throws(() => one.status(), /closed/);
    assert.equal(other.status().blocks, 3);
  });

  it("are not there if the table is blank, or damaged", () => {
    const blank = new NorFlash({ size: 0x10000 });
    const damaged = flashWith();
    damaged.write(Uint8Array.of(0), 0x8005);
    assert.throws(() => partitionOpener(blank, 0)("nvs"), /can't find partition/);
    assert.throws(() => partitionOpener(damaged, 0), PartitionTableError);
  });
});
