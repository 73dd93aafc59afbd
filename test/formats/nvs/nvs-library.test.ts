// Our code beside ESP-IDF's own NVS library: images it wrote, images it left at power cuts, images
// with one thing damaged. What the library reads, we read; where it has lost a value at a cut, we
// have the old or the new one.

import assert from "node:assert/strict";

import { Nvs } from "../../../src/formats/nvs/nvs.js";
import { NvsError } from "../../../src/formats/nvs/nvs-error.js";
import type { NvsValue } from "../../../src/formats/nvs/nvs-value.js";
import { NorFlash } from "../../support/nor-flash.js";
import { loadFile, loadIndex, loadText } from "../../support/vectors.js";
import {
  eraseNamespace,
  contentOf,
  digestOf,
  digestOfListed,
  kindOfResult,
  type LibraryVerdict,
  type ListedEntry,
  type ListedGet,
  placeOf,
  valueOfText,
} from "./nvs-verdict.js";

interface WrittenImage {
  readonly name: string;
  readonly file: string;
  readonly size: number;
  readonly calls_file?: string;
  readonly library: LibraryVerdict & {
    readonly calls?: readonly {
      readonly ns: string;
      readonly call: string;
      readonly result: string;
    }[];
  };
}

interface CutImage {
  readonly file: string;
  readonly library: LibraryVerdict;
}

interface DamagedImage {
  readonly file: string;
  readonly what: string;
  readonly library: {
    readonly init: string;
    readonly missing_keys: readonly string[];
    readonly changed_keys: readonly ListedEntry[];
    readonly new_keys: readonly ListedEntry[];
    readonly entry_count: number;
    readonly gets: readonly ListedGet[];
  };
}

const written = loadIndex<{
  readonly images: readonly WrittenImage[];
  readonly power_cuts: { readonly cuts: readonly CutImage[] };
}>("nvs-library", "nvs-library.json");

const damaged = loadIndex<{
  readonly base: { readonly library: LibraryVerdict };
  readonly images: readonly DamagedImage[];
}>("nvs-damaged", "nvs-damaged.json");

describe("images written by ESP-IDF's library", () => {
  for (const { name, file, library } of written.images) {
    it(`${name}: we read what it reads, and count what it counts`, () => {
      const nvs = openUnchanged(loadFile("nvs-library", file));
      const content = contentOf(nvs);
      for (const entry of library.entries) {
        assert.equal(content.get(placeOf(entry)), digestOfListed(entry));
        content.delete(placeOf(entry));
      }
      // Its iterator leaves out blobs of version 1.
      for (const digest of content.values()) assert.match(digest ?? "", /^blob /);
      assertGets(nvs, library.gets ?? []);
      assertStats(nvs, library);
    });
  }

  for (const { name, file, size, calls_file, library } of written.images) {
    if (calls_file === undefined) continue;
    it(`${name}: the same calls give the same results and the same bytes`, () => {
      const flash = new NorFlash({ size });
      const results = replay(Nvs.open(flash), loadText("nvs-library", calls_file));
      for (const [i, { result }] of (library.calls ?? []).entries()) {
        assert.equal(results[i], kindOfResult[result] ?? result, `call ${i}`);
      }
      const bytes = loadFile("nvs-library", file);
      // It moves pages before it refuses for want of room, so that their numbers grow.
      const isRefused = results.includes("full");
      const ours = flash.snapshot().content;
      assert.deepEqual(comparable(ours, isRefused), comparable(bytes, isRefused));
    });
  }
});

describe("images that ESP-IDF's library left at a power cut", () => {
  const series = new Map<string, CutImage[]>();
  for (const cut of written.power_cuts.cuts) {
    const name = cut.file.replace(/_(torn_)?\d+\.bin\.gz$/, "");
    series.set(name, [...(series.get(name) ?? []), cut]);
  }

  it("are there", () => {
    assert.notEqual(series.size, 0);
  });

  for (const [name, cuts] of series) {
    // Before and after the call, as the library reads them over the whole series.
    const known = new Map<string, Set<string>>();
    for (const { library } of cuts) {
      for (const entry of library.entries) {
        const values = known.get(placeOf(entry)) ?? new Set();
        known.set(placeOf(entry), values.add(digestOfListed(entry)));
      }
    }
    for (const { file, library } of cuts) {
      it(`${name}, ${file}: we read what it reads; what it lost is old or new`, () => {
        const flash = NorFlash.of(loadFile("nvs-library", file));
        const content = contentOf(openUnchanged(flash.snapshot().content));
        for (const entry of library.entries) {
          assert.equal(content.get(placeOf(entry)), digestOfListed(entry));
        }
        for (const [place, digest] of content) {
          assert.ok(
            known.get(place)?.has(digest ?? "") === true,
            `${place} is neither old nor new`,
          );
        }
        for (const place of known.keys()) {
          const others = cuts.filter((cut) => cut.library !== library);
          const isLost = others.every((cut) =>
            cut.library.entries.some((e) => placeOf(e) === place),
          );
          if (isLost && others.length > 0) assert.ok(content.has(place), `${place} is lost`);
        }
        assert.deepEqual(contentOf(Nvs.open(flash)), content);
        assertWritable(flash);
      });
    }
  }
});

describe("damaged NVS images", () => {
  for (const { file, what, library } of damaged.images) {
    it(`${file} (${what}): we read what ESP-IDF's library reads`, () => {
      const image = loadFile("nvs-damaged", file);
      if (library.init !== "ESP_OK") {
        assertKind(kindOfResult[library.init] ?? library.init, () => Nvs.open(NorFlash.of(image)));
        return;
      }
      const nvs = openUnchanged(image);
      const { missing_keys, changed_keys, new_keys, entry_count, gets } = library;
      const gone = new Set([...missing_keys, ...changed_keys.map(({ key }) => key)]);
      const kept = damaged.base.library.entries.filter(({ key }) => !gone.has(key));
      const listed = [...kept, ...changed_keys, ...new_keys];
      // Duplicates, which only damage can make, are listed by both, each with its place.
      const entries = Array.from(nvs.entries());
      assert.deepEqual(new Set(entries.map(placeOf)), new Set(listed.map(placeOf)));
      assert.equal(entries.length, entry_count);
      for (const entry of listed) {
        // Listed without a value: its namespace has no name, or its key no end. We read it all the
        // same, item by item; by name neither finds it.
        const { namespace, key, error } = entry;
        if (error === undefined)
          assert.equal(digestOf(nvs.get(namespace, key)), digestOfListed(entry));
        else if (namespace !== "") assert.equal(nvs.get(namespace, key), undefined);
      }
      assertGets(nvs, gets);
      const flash = NorFlash.of(image);
      assert.deepEqual(contentOf(Nvs.open(flash)), contentOf(nvs));
      assertWritable(flash);
    });
  }
});

/** Opens for reading, and asserts that this and reading change nothing. */
function openUnchanged(image: Uint8Array): Nvs {
  const flash = NorFlash.of(image, { readOnly: true });
  return Nvs.open(flash, { readOnly: true });
}

/** After what opening has put right, the strict fake must take writes; and nothing else changes. */
function assertWritable(flash: NorFlash): void {
  const nvs = Nvs.open(flash);
  const before = contentOf(nvs);
  const value = { type: "string", value: "x".repeat(500) } as const;
  nvs.set("app", "written after", value);
  const wanted = new Map([...before, ["app:written after", digestOf(value)] as const]);
  assert.deepEqual(contentOf(Nvs.open(flash)), wanted);
}

function assertGets(nvs: Nvs, gets: readonly ListedGet[]): void {
  for (const get of gets) {
    const wanted = get.result === "ESP_OK" ? digestOfListed({ ...get, type: get.as }) : undefined;
    assert.equal(digestOf(nvs.get(get.namespace, get.key)), wanted, placeOf(get));
  }
}

function assertStats(nvs: Nvs, { stats }: LibraryVerdict): void {
  if (stats === undefined) return;
  assert.deepEqual(nvs.stats(), {
    usedEntries: stats.used_entries,
    freeEntries: stats.free_entries,
    availableEntries: stats.available_entries,
    totalEntries: stats.total_entries,
    namespaces: stats.namespace_count,
  });
}

function assertKind(kind: string, operate: () => unknown): void {
  assert.throws(operate, (error) => error instanceof NvsError && error.kind === kind);
}

/** Makes the calls of a list; returns what each gave, in the words of the list. */
function replay(nvs: Nvs, calls: string): string[] {
  const results: string[] = [];
  let namespace = "";
  for (const line of calls.split("\n")) {
    const [verb, ...words] = line.split(" ");
    if (verb === "ns") namespace = words[0] ?? "";
    else if (verb !== "") results.push(call(nvs, namespace, line));
  }
  return results;
}

function call(nvs: Nvs, namespace: string, line: string): string {
  const [verb, first = "", second = "", ...text] = line.split(" ");
  try {
    if (verb === "erase") return nvs.erase(namespace, first) ? "ESP_OK" : "ESP_ERR_NVS_NOT_FOUND";
    if (verb === "erase_all") eraseNamespace(nvs, namespace);
    else if (verb !== "set") throw new Error(`unknown call: ${line}`);
    else nvs.set(namespace, second, valueOfText(first as NvsValue["type"], text.join(" ")));
    return "ESP_OK";
  } catch (error) {
    if (error instanceof NvsError) return error.kind;
    throw error;
  }
}

/** An image; if asked, without the sequence numbers of its pages and their CRCs. */
function comparable(image: Uint8Array, isWithoutNumbers: boolean): Uint8Array {
  const copy = Uint8Array.from(image);
  for (let page = 0; isWithoutNumbers && page < copy.length; page += 4096) {
    copy.fill(0, page + 4, page + 8);
    copy.fill(0, page + 28, page + 32);
  }
  return copy;
}
