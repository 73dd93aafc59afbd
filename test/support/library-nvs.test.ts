// The model of Espressif's library against the library: of every image that it left at a power cut
// or found damaged, the model reads what it read, no less and no more.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { NvsEntry } from "../../src/formats/nvs/nvs-value.js";
import { Nvs } from "../../src/formats/nvs/nvs.js";
import { openLibraryNvs } from "./library-nvs.js";
import { NorFlash, PowerCut } from "./nor-flash.js";
import { loadFile, loadIndex } from "./vectors.js";

interface Listed {
  readonly namespace: string;
  readonly key: string;
  readonly type: string;
  readonly value?: number | string;
  readonly hex?: string;
  readonly sha256?: string;
}

const { power_cuts } = loadIndex<{
  readonly power_cuts: {
    readonly cuts: readonly { file: string; library: { entries: readonly Listed[] } }[];
  };
}>("nvs-library", "nvs-library.json");

describe("the model of Espressif's NVS library", () => {
  for (const { file, library } of power_cuts.cuts) {
    it(`reads from ${file} what the library reads`, () => {
      const nvs = openLibraryNvs(NorFlash.of(loadFile("nvs-library", file)));
      const found = [...nvs.entries()].map((entry) => `${placeOf(entry)} ${digestOf(entry)}`);
      const wanted = library.entries.map((entry) => `${placeOf(entry)} ${digestOfListed(entry)}`);
      assert.deepEqual(found.sort(), wanted.sort());
    });
  }

  it("loses the blob of cut_blob_torn_007, which our own code keeps; of the others it loses none", () => {
    const losses = power_cuts.cuts.filter(({ file }) => {
      const image = loadFile("nvs-library", file);
      const kept = [...Nvs.open(NorFlash.of(image)).entries()].length;
      return [...openLibraryNvs(NorFlash.of(image)).entries()].length < kept;
    });
    assert.deepEqual(
      losses.map(({ file }) => file),
      ["cut_blob_torn_007.bin.gz"],
    );
  });

  it("loses a string whose update was cut in its payload, and again as recovery erased its bits", () => {
    const flash = new NorFlash({ size: 3 * 4096 });
    openLibraryNvs(flash).set("app", "name", { type: "string", value: "old" });
    const set = (): void => {
      openLibraryNvs(flash).set("app", "name", { type: "string", value: "n".repeat(40) });
    };
    const start = flash.snapshot();
    flash.powerOn();
    set();
    const lastPayload = flash.operations.map(({ byteLength }) => byteLength).lastIndexOf(32);
    flash.restore(start);
    flash.cutAt({ operation: lastPayload, bytes: 4 });
    assert.throws(set, PowerCut);
    flash.powerOn();
    flash.onOperation = ({ kind, byteLength }) => {
      // The bits of one entry, of which the lower one is cleared: "written".
      if (kind === "program" && byteLength === 4) {
        flash.cutAt({ operation: 0, bytes: 1, border: 0x55 });
      }
    };
    assert.throws(() => openLibraryNvs(flash), PowerCut);
    flash.onOperation = undefined;
    flash.powerOn();
    const { content } = flash.snapshot();
    assert.equal(Nvs.open(NorFlash.of(content)).get("app", "name")?.value, "old");
    assert.equal(openLibraryNvs(NorFlash.of(content)).get("app", "name"), undefined);
  });

  it("loses what was erased of a page that was being moved if its header was left", () => {
    const flash = new NorFlash({ size: 3 * 4096 });
    const nvs = openLibraryNvs(flash);
    const count = (times: number): void => {
      for (let n = 0; n < times; n += 1) nvs.set("app", "n", { type: "u32", value: n });
    };
    nvs.set("app", "filler", { type: "string", value: "f".repeat(3000) });
    count(40); // A second page.
    nvs.set("app", "name", { type: "string", value: "kept" });
    let moves = 0;
    flash.onOperation = ({ kind, byteOffset }) => {
      if (kind !== "erase" || byteOffset !== 4096) return;
      moves += 1;
      flash.cutAt({ operation: 0, bytes: 3968, fromEnd: true });
    };
    assert.throws(() => {
      count(260);
    }, PowerCut);
    assert.equal(moves, 1, "no page was moved");
    flash.onOperation = undefined;
    flash.powerOn();
    const { content } = flash.snapshot();
    assert.equal(Nvs.open(NorFlash.of(content)).get("app", "name")?.value, "kept");
    assert.equal(openLibraryNvs(NorFlash.of(content)).get("app", "name"), undefined);
  });
});

function placeOf({ namespace, key, type }: { namespace: string; key: string; type: string }) {
  return `${namespace}:${key} ${type}`;
}

function digestOf(entry: NvsEntry): string {
  if (entry.type === "blob") return sha256(entry.value);
  return entry.type === "string" ? sha256(Buffer.from(entry.value)) : String(entry.value);
}

function digestOfListed({ type, value, hex, sha256: digest }: Listed): string {
  if (type !== "blob" && type !== "string") return String(value);
  if (digest !== undefined) return digest;
  return hex === undefined ? sha256(Buffer.from(String(value))) : sha256(Buffer.from(hex, "hex"));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
