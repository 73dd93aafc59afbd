// What inspect says of every golden file, beside what Espressif's own code says; and of garbage.

import assert from "node:assert/strict";
import fc from "fast-check";
import { makeFirmware } from "../../src/simulator/firmware/firmware.js";
import { makeFlashImage } from "../../src/simulator/firmware/flash-image.js";
import { inspect } from "../../src/inspect/inspect.js";
import { inspectApp } from "../../src/inspect/inspect-app.js";
import { inspectOtadata } from "../../src/inspect/inspect-otadata.js";
import { problemsOf, type Inspection } from "../../src/inspect/inspection.js";
import { formatInspection } from "../../src/cli/terminal/inspect-view.js";
import { makeNvsImage } from "../../src/formats/nvs/nvs-image.js";
import { openSha256 } from "../../hosts/node/digest.js";
import {
  partitionTableOffset,
  writePartitionTable,
} from "../../src/formats/partition-table/partition-table.js";
import { defaultLayout } from "../../src/factory/flash-layout.js";
import { damagedImages, goodImages } from "../flash/app-image-cases.js";
import { factoryTable, loadOtadata, otadataIndex } from "../flash/otadata-cases.js";
import type { LibraryVerdict } from "../formats/nvs/nvs-verdict.js";
import { listFiles, loadFile, loadIndex } from "../support/vectors.js";
import { makeBootLoader } from "../factory/boot-loader-maker.js";

const options = { openDigest: openSha256 };

function found<Kind extends Inspection["kind"]>(
  bytes: Uint8Array,
  kind: Kind,
): Extract<Inspection, { kind: Kind }> {
  const inspection = inspect(bytes, options);
  assert.equal(inspection?.kind, kind);
  return inspection as Extract<Inspection, { kind: Kind }>;
}

describe("inspect", () => {
  it("judges application images as esp_image_verify does", () => {
    for (const { file, bytes, identity, idf } of [...goodImages, ...damagedImages]) {
      const app = inspectApp(bytes, openSha256, identity.chipId);
      const isRevision = /revision|efuse/i.test(idf.log);
      if (isRevision) continue;
      assert.equal(app.verdict, idf.result === "ESP_OK" ? "good" : "damaged", file);
      if (app.verdict === "good") assert.equal(app.bytes, idf.image_len, file);
    }
    for (const { file, bytes, idf } of goodImages) {
      const { app } = found(bytes, "app");
      assert.deepEqual([app.version, app.verdict], [idf.version, "good"], file);
    }
  });

  it("explains each partition table, and refuses what ESP-IDF or its generator refuses", () => {
    const { tables, damaged } = loadIndex<{
      readonly tables: Readonly<Record<string, unknown>>;
      readonly damaged: readonly {
        readonly file: string;
        readonly gen_esp32part_parse: string | null;
        readonly gen_esp32part_verify: string | null;
        readonly idf: { readonly result: string };
      }[];
    }>("partition-table", "partition-tables.json");
    assert.notEqual(Object.keys(tables).length, 0);
    for (const file of listFiles("partition-table", ".bin")) {
      const { table } = found(loadFile("partition-table", file), "partition-table");
      assert.equal(table.verdict, "good", file);
    }
    for (const { file, gen_esp32part_parse, gen_esp32part_verify, idf } of damaged) {
      const bytes = loadFile("partition-table/damaged", file);
      const isRefused = [gen_esp32part_parse, gen_esp32part_verify].some((error) => {
        return error !== null && error !== "ok" && error !== "OK";
      });
      if (!isRefused && idf.result === "ESP_OK") continue;
      const inspection = inspect(bytes, options);
      if (inspection?.kind === "blank") continue;
      // Some are wrong for a flash of 4 MB only, in which they are then looked at.
      const flash = new Uint8Array(4 << 20).fill(0xff);
      flash.set(bytes, partitionTableOffset);
      const whole = inspect(flash, options);
      const problems = [inspection, whole].flatMap((one) => one && problemsOf(one));
      assert.notEqual(problems.length, 0, file);
    }
  });

  it("tells of each otadata the slot that ESP-IDF's boot loader begins with", () => {
    let count = 0;
    for (const { file, bootloader } of otadataIndex.images) {
      for (const [name, verdict] of Object.entries(bootloader)) {
        if (!/, rollback$/.test(name)) continue;
        const factory = factoryTable.test(name);
        const [first] = verdict.tried;
        const { selects } = inspectOtadata(loadOtadata(file), { slotCount: 2, factory });
        const index = first?.index ?? 0;
        assert.equal(selects, index < 0 ? "factory" : `ota_${index}`, `${file}, ${name}`);
        count += 1;
      }
      const inspection = inspect(loadOtadata(file), options);
      assert.ok(inspection?.kind === "otadata" || inspection?.kind === "blank", file);
    }
    assert.notEqual(count, 0);
  });

  it("lists of each NVS partition what ESP-IDF's library reads", () => {
    const { images } = loadIndex<{
      readonly images: readonly { readonly file: string; readonly library: LibraryVerdict }[];
    }>("nvs-library", "nvs-library.json");
    for (const { file, library } of images) {
      // The library's list passes over blobs of version 1, which it reads.
      if (file.startsWith("version1")) continue;
      const { nvs } = found(loadFile("nvs-library", file), "nvs");
      const places = (list: readonly { namespace: string; key: string }[]): string[] =>
        list.map(({ namespace, key }) => `${namespace}:${key}`).sort();
      assert.deepEqual(places(nvs.keys), places(library.entries), file);
      assert.equal(nvs.verdict, "good", file);
    }
    for (const file of listFiles("nvs-damaged", ".gz")) {
      const inspection = inspect(loadFile("nvs-damaged", file), options);
      if (/erased_partition/.test(file)) assert.equal(inspection?.kind, "blank");
      else if (/garbage/.test(file)) assert.equal(inspection, undefined);
      else assert.equal(inspection?.kind, "nvs", file);
    }
    for (const [file, problem] of [
      ["string_data_active.bin.gz", /value of "tail" does not fit its CRC/],
      ["entry_header_crc.bin.gz", /does not fit its CRC, or its page/],
      ["page0_header_crc.bin.gz", /page 0: its header is damaged/],
      ["newer_version.bin.gz", /version/],
      ["no_free_page.bin.gz", /ESP-IDF does not open it/],
    ] as const) {
      const { nvs } = found(loadFile("nvs-damaged", file), "nvs");
      assert.equal(nvs.verdict, "damaged", file);
      assert.match(nvs.problems.join("\n"), problem, file);
    }
  });

  it("explains whole flash images, and which slot starts when others are damaged", () => {
    const flash = loadFile("flash", "esp32-4mb.bin.gz");
    const { flash: whole } = found(flash, "flash");
    const slots = whole.slots.map(({ slot, version, verdict }) => [slot, version, verdict]);
    assert.deepEqual(slots, [
      ["ota_0", "1.0.0", "good"],
      ["ota_1", "1.1.0", "good"],
    ]);
    assert.deepEqual([whole.starts, whole.chip, whole.bootLoader], ["ota_0", "esp32", undefined]);
    assert.deepEqual(
      whole.nvs.map(({ label }) => label),
      ["nvs", "factory_nvs"],
    );
    for (const {
      otadata,
      table,
      slots: images,
      rollback,
      booted_index,
      ...one
    } of otadataIndex.damaged_slots) {
      if (!rollback || factoryTable.test(table)) continue;
      const damaged = Uint8Array.from(flash);
      damaged.set(loadOtadata(otadata), 0xd000);
      for (const [slot, file] of Object.entries(images)) {
        const offset = slot === "ota_0" ? 0x10000 : 0x1f0000;
        damaged.fill(0xff, offset, offset + 0x1e0000);
        if (file !== "erased") damaged.set(loadFile("app-image", "damaged", file), offset);
      }
      const { starts } = found(damaged, "flash").flash;
      assert.equal(starts, booted_index === null ? undefined : `ota_${booted_index}`, one.case);
    }
  });

  it("tells boot loaders from applications, old ones and those in a flash", () => {
    const { bootLoader } = found(makeBootLoader(5), "boot-loader");
    assert.deepEqual([bootLoader.verdict, bootLoader.chip], ["good", "esp32c3"]);
    const flash = new Uint8Array(4 << 20).fill(0xff);
    flash.set(makeBootLoader(5));
    flash.set(writePartitionTable(defaultLayout().partitions), partitionTableOffset);
    flash.set(loadFile("app-image", "esp32-1.1.0.bin"), 0x20000);
    const inspection = found(flash, "flash");
    assert.equal(inspection.flash.bootLoader?.verdict, "good");
    assert.deepEqual(problemsOf(inspection), [
      "ota_0: an image for chip id 5 expected, this is for 0",
      "no image starts",
    ]);
  });

  it("tells firmware for the simulated chip", () => {
    const { app } = found(makeFirmware({ name: "lamp", version: "1.0.0" }), "app");
    assert.deepEqual([app.simulated, app.project], [true, "lamp-sim"]);
  });

  it("masks every text and byte of NVS but what it knows to be public", () => {
    const secret = "s3cr3t-value";
    const entry = (namespace: string, key: string) =>
      ({ namespace, key, type: "string", value: secret }) as const;
    const entries = [entry("provision", "cik"), entry("wifi", "password"), entry("x", "sn")];
    const blob = { namespace: "x", key: "b", type: "blob", value: Buffer.from(secret) } as const;
    const number = { namespace: "x", key: "n", type: "u8", value: 7 } as const;
    const bytes = makeNvsImage(0x6000, [...entries, blob, number]);
    const inspection = found(bytes, "nvs");
    const texts = [
      JSON.stringify(inspection),
      formatInspection("x", inspection, problemsOf(inspection)).join("\n"),
    ];
    for (const text of texts) {
      assert.ok(!text.includes(secret));
      assert.ok(!text.includes(Buffer.from(secret).toString("hex")));
    }
    const { nvs } = inspection;
    assert.deepEqual(
      nvs.keys.map(({ masked, bytes: length }) => [masked, length]),
      [
        [true, 12],
        [true, 12],
        [true, 12],
        [true, 12],
        [false, undefined],
      ],
    );
    const shown = inspect(bytes, { ...options, showSecrets: true });
    assert.match(JSON.stringify(shown), /s3cr3t-value/);
  });

  it("says nothing of what belongs into no flash", () => {
    const texts = ["", "hello", "a,b,c\n1,2,3\n", "{}"].map((text) => Buffer.from(text));
    for (const bytes of [...texts, new Uint8Array(8192), Buffer.alloc(100, 0x5a)]) {
      assert.equal(inspect(bytes, options), undefined);
    }
  });

  it("never throws, whatever the bytes: garbage, and good files with anything changed", () => {
    const flash = makeFlashImage({
      identity: { vendor: "acme", model: "lamp", sn: "1" },
      firmware: loadFile("app-image", "esp32-1.1.0.bin"),
    }).subarray(0, 0x24000);
    const files = [
      flash,
      flash.subarray(0x9000, 0xf000),
      flash.subarray(partitionTableOffset, partitionTableOffset + 0xc00),
      loadFile("app-image", "esp32c3-1.1.0.bin"),
      loadOtadata("seq1_valid_seq2_new.bin"),
      loadFile("nvs-library", "blob_pages.bin.gz"),
      makeBootLoader(0),
      loadFile("partition-table", "a_4mb_ab.csv"),
    ];
    const anyChange = fc.record({
      at: fc.oneof(fc.nat(64), fc.nat(4200), fc.nat(0x24000)),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.constantFrom(Uint8Array.of(0xff, 0xff, 0xff, 0xff), new Uint8Array(4)),
      ),
    });
    const anyFile = fc.oneof(
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 9000 }) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom(...files), fc.array(anyChange, { maxLength: 6 }), fc.nat())
          .map(([file, changes, cut]) => {
            const changed = Uint8Array.from(file);
            for (const { at, bytes } of changes) changed.set(bytes, at % (changed.length - 8));
            return cut % 3 === 0 ? changed.subarray(0, cut % changed.length) : changed;
          }),
      },
    );
    fc.assert(
      fc.property(anyFile, (bytes) => {
        const inspection = inspect(bytes, options);
        if (inspection === undefined) return;
        const lines = formatInspection("file", inspection, problemsOf(inspection));
        assert.ok(lines.length > 0 && JSON.stringify(inspection).length > 0);
      }),
      { numRuns: 1500 },
    );
  }).timeout(120_000);
});
