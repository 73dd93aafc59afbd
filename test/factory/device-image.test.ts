import assert from "node:assert/strict";
import fc from "fast-check";
import { makeFirmware } from "../../src/simulator/firmware/firmware.js";
import { boot } from "../../src/formats/boot/boot-loader.js";
import { checkFirmware, makeFlash, makeNvsPartition } from "../../src/factory/device-image.js";
import { needsHost } from "../../src/factory/device-identity.js";
import { FactoryError, type FactoryErrorKind } from "../../src/factory/factory-error.js";
import { defaultLayout, nvsPartition, readLayout } from "../../src/factory/flash-layout.js";
import { readIdentity } from "../../src/agent/identity.js";
import { Nvs } from "../../src/formats/nvs/nvs.js";
import { makeNvsImage } from "../../src/formats/nvs/nvs-image.js";
import { openNvsStore } from "../../src/formats/nvs/nvs-store.js";
import { openSha256 } from "../../hosts/node/digest.js";
import {
  parsePartitionTable,
  partitionTableOffset,
} from "../../src/formats/partition-table/partition-table.js";
import { NorFlash } from "../support/nor-flash.js";
import { listFiles, loadFile, loadText } from "../support/vectors.js";
import { anyField, anyIdentity } from "./any-identity.js";
import { makeBootLoader } from "./boot-loader-maker.js";

const identity = { vendor: "acme", model: "lamp", sn: "0001" };
const layout = defaultLayout();

function open(image: Uint8Array): Nvs {
  return Nvs.open(NorFlash.of(image));
}

describe("the NVS partition of a new device", () => {
  it("holds any identity, ten thousand times, and the agent reads it", () => {
    fc.assert(
      fc.property(anyIdentity, (device) => {
        const nvs = open(makeNvsPartition(layout, device));
        const wanted = Object.entries(device).map(([key, value]) => ({
          namespace: "provision",
          key,
          type: "string",
          value: String(value),
        }));
        const byKey = (one: { key: string }, other: { key: string }): number =>
          one.key < other.key ? -1 : 1;
        assert.deepEqual([...nvs.entries()].sort(byKey), wanted.sort(byKey));
        const { vendor, model, sn, port = 80 } = device;
        const inFirmware = needsHost(device) ? { host: "acme.example" } : {};
        const read = readIdentity(
          openNvsStore(nvs, "provision"),
          { ...inFirmware, serialFromMac: { format: "base16" } },
          () => new Uint8Array(6),
        );
        const host = device.host ?? inFirmware.host ?? `${vendor}.m2.exosite.com`;
        assert.deepEqual(read, { vendor, model, serial: sn ?? "0", host, port });
      }),
      { numRuns: 10_000 },
    );
  }).timeout(120_000);

  it("refuses what the agent would refuse, in one line, and only that", () => {
    fc.assert(
      fc.property(anyField, anyField, anyField, anyField, (vendor, model, sn, host) => {
        const stored = new Map(Object.entries({ vendor, model, sn, host }));
        const store = {
          read: (key: string) => stored.get(key),
          write: () => undefined,
          delete: () => undefined,
          close: () => undefined,
        };
        const isGood = !("problem" in readIdentity(store, {}, undefined));
        try {
          makeNvsPartition(layout, { vendor, model, sn, host });
          assert.ok(isGood, "made, and no agent takes it");
        } catch (error) {
          if (!(error instanceof FactoryError)) throw error;
          assert.ok(!isGood, error.message);
          assert.match(error.message, /^[^\n]{1,160}$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("has one page free and a page count that Espressif's library takes", () => {
    const image = makeNvsPartition(layout, identity);
    assert.equal(image.length, nvsPartition(layout).size);
    const { namespaces, usedEntries } = open(image).stats();
    // The namespace, and two entries a string.
    assert.deepEqual([namespaces, usedEntries], [1, 7]);
    assert.ok(image.subarray(4096).every((byte) => byte === 0xff));
  });

  it("takes further entries, and tells when they do not fit", () => {
    const more = [{ namespace: "acme", key: "calibration", type: "i32", value: -5 }] as const;
    const nvs = open(makeNvsPartition(layout, identity, more));
    assert.deepEqual(nvs.get("acme", "calibration"), { type: "i32", value: -5 });
    assert.deepEqual(nvs.get("provision", "sn"), { type: "string", value: "0001" });
    const large = { namespace: "acme", key: "blob", type: "blob", value: new Uint8Array(30_000) };
    refuses("size", () => makeNvsPartition(layout, identity, [large as never]), /NVS partition/);
  });

  it("is the bytes that Espressif's generator makes of the same strings", () => {
    // The generator's own image of such strings, with the factory's order of keys.
    const entries = (["vendor", "model", "sn"] as const).map((key) => {
      return { namespace: "provision", key, type: "string", value: identity[key] } as const;
    });
    assert.deepEqual(makeNvsPartition(layout, identity), makeNvsImage(0x6000, entries));
  });
});

describe("the flash of a new device", () => {
  const firmware = loadFile("app-image", "esp32c3-1.1.0.bin");
  const bootLoader = makeBootLoader(5);

  it("has each part where the chip looks for it, and FF elsewhere", () => {
    const image = checkFirmware(layout, { firmware, bootLoader, chip: "esp32c3" }, openSha256);
    const flash = makeFlash(layout, identity, image);
    const parts = [
      [0, bootLoader],
      [0x9000, makeNvsPartition(layout, identity)],
      [0x20000, firmware],
    ] as const;
    assert.equal(flash.length, 4 << 20);
    const table = flash.subarray(partitionTableOffset, partitionTableOffset + 0xc00);
    assert.deepEqual(parsePartitionTable(table), layout.partitions);
    const rest = Uint8Array.from(flash);
    rest.fill(0xff, partitionTableOffset, partitionTableOffset + 0xc00);
    for (const [offset, part] of parts) {
      assert.deepEqual(
        Buffer.from(flash.subarray(offset, offset + part.length)),
        Buffer.from(part),
      );
      rest.fill(0xff, offset, offset + part.length);
    }
    assert.ok(rest.every((byte) => byte === 0xff));
  });

  it("has the boot loader of the first ESP32 at 0x1000", () => {
    const parts = {
      firmware: loadFile("app-image", "esp32-1.1.0.bin"),
      bootLoader: makeBootLoader(0),
    };
    const flash = makeFlash(layout, identity, checkFirmware(layout, parts, openSha256));
    assert.equal(flash[0], 0xff);
    assert.equal(flash[0x1000], 0xe9);
  });

  it("boots in the simulated chip", () => {
    const simulated = makeFirmware({ name: "lamp", version: "1.0.0" });
    const image = checkFirmware(layout, { firmware: simulated }, openSha256);
    const flash = NorFlash.of(makeFlash(layout, identity, image));
    assert.equal(boot(flash, { openDigest: openSha256 }).booted?.index, 0);
  });

  it("has the size and the slots of other tables", () => {
    const csv = loadText("partition-table", "f_4mb_factory_ab.csv");
    const other = readLayout(Buffer.from(csv));
    const flash = makeFlash(other, identity, checkFirmware(other, { firmware }, openSha256));
    const slot = other.partitions.find(({ label }) => label === "ota_0");
    assert.equal(flash[slot?.offset ?? 0], 0xe9);
    assert.equal(readLayout(Buffer.from(csv), 8 << 20).flashBytes, 8 << 20);
  });

  it("refuses images that are damaged, too big, or for another chip", () => {
    const large = makeFirmware({ name: "lamp", version: "1.0.0", byteLength: 0x1f0000 + 16 });
    check("size", { firmware: large }, /2031632 bytes, slot ota_0 holds 2031616$/);
    check("chip", { firmware, chip: "esp32" }, /is for esp32c3, esp32 is expected$/);
    check("chip", { firmware, chip: "esp33" }, /there is no chip "esp33": known are esp32, /);
    check("chip", { firmware, bootLoader: makeBootLoader(9) }, /boot loader is for esp32s3/);
    check("image", { firmware: new Uint8Array(0) }, /byte/);
    check(
      "image",
      { firmware, bootLoader: bootLoader.subarray(0, 60) },
      /boot loader has at least/,
    );
    const wrong = Uint8Array.from(bootLoader);
    wrong[40] = 1;
    check("image", { firmware, bootLoader: wrong }, /boot loader's checksum/);
    check("size", { firmware, bootLoader: makeBootLoader(5, 0x8000) }, /boot loader has .* fit$/);
    for (const name of listFiles("app-image/damaged", "bad_hash.bin")) {
      check("image", { firmware: loadFile("app-image", "damaged", name) }, /SHA-256/);
    }
    const bare = loadFile("app-image", "damaged", "esp32-1.1.0-no_app_desc.bin");
    check("image", { firmware: bare }, /no application descriptor/);
  });

  it("refuses tables without room for updates, or that are none", () => {
    const single = readLayout(loadFile("partition-table", "c_single_factory.bin"));
    refuses("layout", () => checkFirmware(single, { firmware }, openSha256), /no update/);
    const line = "# Name\nfactory, app, factory, 0x10000, 1M\n";
    const noNvs = readLayout(Buffer.from(line));
    refuses("layout", () => makeNvsPartition(noNvs, identity), /no NVS partition/);
    refuses("layout", () => readLayout(Buffer.from("nonsense")), /line 1/);
    refuses(
      "layout",
      () => readLayout(loadFile("partition-table", "a_4mb_ab.bin"), 2 << 20),
      /end/,
    );
    for (const name of ["overlap.bin", "two_otadata.bin", "bad_md5.bin"]) {
      refuses("layout", () => readLayout(loadFile("partition-table/damaged", name)), /table/);
    }
  });

  function check(
    kind: FactoryErrorKind,
    parts: Parameters<typeof checkFirmware>[1],
    message: RegExp,
  ): void {
    refuses(kind, () => checkFirmware(layout, parts, openSha256), message);
  }
});

function refuses(kind: FactoryErrorKind, operate: () => unknown, message: RegExp): void {
  assert.throws(operate, (error) => {
    assert.ok(error instanceof FactoryError, String(error));
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  });
}
