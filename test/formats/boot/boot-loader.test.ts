import assert from "node:assert/strict";

import { boot, type BootReport } from "../../../src/formats/boot/boot-loader.js";
import { type BootChip, esp32, verifyBootImage } from "../../../src/formats/boot/boot-image.js";
import { openSha256 as openDigest } from "../../../hosts/node/digest.js";
import { cutsIn, NorFlash, PowerCut } from "../../support/nor-flash.js";
import { loadFile, loadIndex } from "../../support/vectors.js";
import {
  type BootVerdict,
  entriesIn,
  loadOtadata,
  makeFlash,
  makeOtadata,
  otadataIndex,
  type VectorFlash,
} from "./boot-vectors.js";

/** The chips of the golden data, by name: with the revisions that their verdicts were given for. */
const chips: Readonly<Record<string, BootChip>> = {
  esp32,
  esp32c3: {
    id: 5,
    revision: 4,
    mapped: [
      [0x3c000000, 0x3c800000],
      [0x42000000, 0x42800000],
    ],
  },
};

/** The chip of an image, which its file's name begins with. */
function chipOf(file: string): BootChip {
  const chip = chips[file.split("-")[0] ?? ""];
  assert.ok(chip !== undefined, file);
  return chip;
}

function bootOf(flash: NorFlash): BootReport {
  return boot(flash, { openDigest });
}

function assertVerdict(report: BootReport, { flash }: VectorFlash, verdict: BootVerdict): void {
  assert.equal(report.selected?.index, verdict.selected_index);
  assert.equal(report.selected.initialContents, verdict.initial_contents);
  const tried = report.tried.map(({ index, problem }) => ({ index, ok: problem === undefined }));
  assert.deepEqual(
    tried,
    verdict.tried.map(({ index, ok }) => ({ index, ok })),
  );
  assert.equal(report.booted?.index ?? null, verdict.booted_index);
  assert.equal(flash.counts.erases, verdict.sector_erases);
}

function bootAndCompare(vector: VectorFlash, rollback: boolean, verdict: BootVerdict): void {
  assertVerdict(boot(vector.flash, { openDigest, rollback }), vector, verdict);
  assert.deepEqual(entriesIn(vector), verdict.otadata_after);
}

/** Each otadata image under each table and setting it has a verdict for. */
const cases = otadataIndex.images.flatMap(({ file, bootloader }) =>
  Object.entries(bootloader).map(([setting, verdict]) => {
    const [table = "", mode] = setting.split(", ");
    return { name: `${file}, ${setting}`, file, table, rollback: mode === "rollback", verdict };
  }),
);

describe("the boot loader, held to Espressif's own", () => {
  it("has cases to be held to", () => {
    assert.ok(cases.length >= 20);
    assert.ok(cases.some(({ verdict }) => verdict.sector_erases > 0));
  });

  for (const { name, file, table, rollback, verdict } of cases) {
    it(`starts what ESP-IDF starts, and leaves the same otadata: ${name}`, () => {
      bootAndCompare(makeFlash(table, loadOtadata(file)), rollback, verdict);
    });
  }

  for (const { chain, table, start, rollback_enabled, steps } of otadataIndex.chains) {
    it(`follows a whole update step by step: ${chain}`, () => {
      const startFile = `${start.split(" ")[0] ?? ""}.bin`;
      let otadata = loadOtadata(startFile);
      let boots = 0;
      for (const step of steps) {
        if (step.cmd === "boot") {
          bootAndCompare(makeFlash(table, otadata), rollback_enabled, step as BootVerdict);
          boots += 1;
        }
        if (step.otadata_after !== undefined) otadata = makeOtadata(step.otadata_after);
      }
      assert.ok(boots > 0);
    });
  }

  for (const verdict of otadataIndex.damaged_slots) {
    it(`falls back in ESP-IDF's order: ${verdict.case}`, () => {
      const { table, otadata, slots, rollback } = verdict;
      bootAndCompare(makeFlash(table, loadOtadata(otadata), slots), rollback, verdict);
    });
  }
});

interface FlashIndex {
  readonly images: readonly {
    readonly file: string;
    readonly boot: Readonly<Record<string, Pick<BootVerdict, "selected_index" | "booted_index">>>;
    readonly slots: readonly { readonly slot: string; readonly image_len: number }[];
  }[];
}

describe("the boot loader on a whole flash image of esptool's", () => {
  for (const image of loadIndex<FlashIndex>("flash", "flash.json").images) {
    for (const [mode, verdict] of Object.entries(image.boot)) {
      it(`starts the slot that ESP-IDF starts: ${image.file}, ${mode}`, () => {
        const flash = NorFlash.of(loadFile("flash", image.file));
        const chip = chipOf(image.file);
        const report = boot(flash, { openDigest, chip, rollback: mode === "rollback" });
        assert.equal(report.selected?.index, verdict.selected_index);
        assert.equal(report.booted?.index, verdict.booted_index);
        const { label } = report.booted.partition;
        const slot = image.slots.find((one) => one.slot === label);
        assert.equal(report.booted.image.byteLength, slot?.image_len);
      });
    }
  }

  it("says what is wrong with a flash that is none", () => {
    assert.match(
      bootOf(new NorFlash({ size: 4096 })).problem ?? "",
      /no room for a partition table/,
    );
    assert.match(bootOf(new NorFlash({ size: 1 << 20 })).problem ?? "", /record 0 .* magic ffff/);
  });
});

describe("a power cut while the boot loader rewrites otadata", () => {
  const grid = { eraseStep: 2048, unstableSeed: 7, borders: [0, 0x0f] };

  for (const { name, file, table } of cases.filter(rewrites)) {
    it(`leaves an image to start, and the other entry as it was: ${name}`, () => {
      const clean = makeFlash(table, loadOtadata(file));
      const before = clean.flash.snapshot();
      const [entriesBefore, first] = [entriesIn(clean), bootOf(clean.flash)];
      const operations = [...clean.flash.operations];
      const next = bootOf(clean.flash);
      const sector = sectorOf(clean, operations[0]?.byteOffset);

      const erased = makeFlash(table, loadOtadata(file));
      erased.flash.eraseBlock(erased.otadataAddress / 4096 + sector);
      const possible = [first, next, bootOf(erased.flash)].map(({ booted }) => booted?.index);

      for (const cut of cutsIn(operations, grid)) {
        clean.flash.restore(before);
        clean.flash.powerOn();
        clean.flash.cutAt(cut);
        assert.throws(() => bootOf(clean.flash), PowerCut);
        clean.flash.powerOn();
        const index = bootOf(clean.flash).booted?.index;
        assert.ok(index !== undefined && possible.includes(index), JSON.stringify(cut));
        const other = 1 - sector;
        assert.deepEqual(entriesIn(clean)[other], entriesBefore[other], JSON.stringify(cut));
      }
    });
  }
});

/** The cases in which exactly one sector is rewritten. */
function rewrites({ rollback, verdict }: (typeof cases)[number]): boolean {
  return rollback && verdict.sector_erases === 1;
}

function sectorOf({ otadataAddress }: VectorFlash, byteOffset: number | undefined): number {
  assert.ok(byteOffset !== undefined);
  return (byteOffset - otadataAddress) / 4096;
}

interface ImageIndex {
  readonly good: readonly ImageCase[];
  readonly damaged: readonly ImageCase[];
}

interface ImageCase {
  readonly file: string;
  readonly chip: string;
  readonly idf: { readonly result: string; readonly image_len: number };
}

describe("the boot loader's look at an image, held to esp_image_verify", () => {
  const { good, damaged } = loadIndex<ImageIndex>("app-image", "verdicts.json");
  const images = [
    ...good.map((image) => ({ ...image, path: ["app-image", image.file] })),
    ...damaged.map((image) => ({ ...image, path: ["app-image", "damaged", image.file] })),
  ];

  for (const { file, chip, idf, path } of images) {
    it(`${idf.result === "ESP_OK" ? "takes" : "refuses"} ${file}`, () => {
      const partition = { offset: 0x10000, size: 0x1e0000 };
      const flash = new NorFlash({ size: 4 << 20 });
      flash.write(loadFile(...path), partition.offset);
      const verdict = verifyBootImage(flash, partition, { chip: chipOf(chip), openDigest });
      const byteLength = "problem" in verdict ? 0 : verdict.byteLength;
      assert.equal(byteLength, idf.image_len, JSON.stringify(verdict));
    });
  }
});
