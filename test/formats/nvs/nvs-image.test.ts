import assert from "node:assert/strict";

import fc from "fast-check";

import { Nvs } from "../../../src/formats/nvs/nvs.js";
import { NvsError } from "../../../src/formats/nvs/nvs-error.js";
import { makeNvsImage } from "../../../src/formats/nvs/nvs-image.js";
import type { NvsEntry } from "../../../src/formats/nvs/nvs-value.js";
import { NorFlash } from "../../support/nor-flash.js";
import { listFiles, loadFile, loadIndex } from "../../support/vectors.js";
import { anyEntries } from "./nvs-arbitrary.js";
import {
  contentOf,
  digestOf,
  digestOfListed,
  entryOf,
  type LibraryVerdict,
  type ListedEntry,
  placeOf,
} from "./nvs-verdict.js";

/** An image of Espressif's generator, and what it was made of. */
interface Generated {
  readonly image: string;
  readonly partition_size: number;
  readonly format_version: number;
  readonly entries: readonly ListedEntry[];
}

const folder = "nvs";
const suffix = ".expected.json";
const generated = listFiles(folder, suffix).map((file) => {
  const verdict = file.replace(suffix, ".library.json");
  return {
    ...loadIndex<Generated>(folder, file),
    library: loadIndex<LibraryVerdict>(folder, verdict),
  };
});

describe("images of Espressif's generator", () => {
  it("are there", () => {
    assert.notEqual(generated.length, 0);
  });

  for (const { image, partition_size, format_version, entries, library } of generated) {
    it(`${image}: we read what was put in, and what the library reads`, () => {
      const nvs = Nvs.open(NorFlash.of(loadFile(folder, image)), { readOnly: true });
      const wanted = entries.map((entry) => [placeOf(entry), digestOfListed(entry)] as const);
      assert.deepEqual(contentOf(nvs), new Map(wanted));
      for (const entry of [...library.entries, ...asListed(library)]) {
        assert.equal(digestOf(nvs.get(entry.namespace, entry.key)), digestOfListed(entry));
      }
    });

    if (format_version === 2) {
      it(`${image}: we make the same bytes`, () => {
        const made = makeNvsImage(partition_size, entries.map(withContent).map(entryOf));
        assert.ok(loadFile(folder, image).equals(made), "the images differ");
      });
    } else {
      it(`${image}: blobs of version 1 are replaced by those of version 2`, () => {
        const flash = NorFlash.of(loadFile(folder, image));
        const nvs = Nvs.open(flash);
        const blobs = entries.filter(({ type }) => type === "blob");
        assert.notEqual(blobs.length, 0);
        const value = { type: "blob", value: Uint8Array.of(1, 2, 3) } as const;
        for (const { namespace, key } of blobs) nvs.set(namespace, key, value);
        const places = new Set(blobs.map(placeOf));
        const wanted = entries.map((entry) => {
          const isBlob = places.has(placeOf(entry));
          return [placeOf(entry), isBlob ? digestOf(value) : digestOfListed(entry)] as const;
        });
        assert.deepEqual(contentOf(Nvs.open(flash)), new Map(wanted));
      });
    }
  }
});

describe("makeNvsImage", () => {
  it("makes an image that holds any content, one thousand times", () => {
    fc.assert(
      fc.property(anyEntries, (entries) => {
        const image = makeNvsImage(6 * 4096, entries);
        const nvs = Nvs.open(NorFlash.of(image), { readOnly: true });
        assert.deepEqual(Array.from(nvs.entries()), entries);
      }),
      { numRuns: 1000 },
    );
  });

  it("fills all pages but one, and refuses the entry after", () => {
    const entries = Array.from({ length: 251 }, (_, i): NvsEntry => {
      return { namespace: "n", key: `k${i}`, type: "u32", value: i };
    });
    const nvs = Nvs.open(NorFlash.of(makeNvsImage(3 * 4096, entries)));
    assert.deepEqual(Array.from(nvs.entries()), entries);
    const one = { namespace: "n", key: "one", type: "u8", value: 1 } as const;
    assertKind("full", () => makeNvsImage(3 * 4096, [...entries, one]));
    const blob = { ...one, type: "blob", value: new Uint8Array(9000) } as const;
    assertKind("full", () => makeNvsImage(3 * 4096, [blob]));
    assertKind("full", () => makeNvsImage(4096, []));
  });

  it("refuses a key that is there twice, in one namespace", () => {
    const one = { namespace: "n", key: "one", type: "u8", value: 1 } as const;
    assertKind("duplicate-key", () => makeNvsImage(3 * 4096, [one, { ...one, value: 2 }]));
    makeNvsImage(3 * 4096, [one, { ...one, namespace: "m" }]);
  });

  it("refuses a partition that is not a number of pages", () => {
    assert.throws(() => makeNvsImage(10_000, []), /not a multiple of 4096/);
  });
});

/** An entry whose content is in a file beside the index, as one with its content. */
function withContent(listed: ListedEntry): ListedEntry {
  const { file } = listed;
  return file === undefined
    ? listed
    : { ...listed, base64: loadFile(folder, file).toString("base64") };
}

/** The direct reads that succeeded, as entries. */
function asListed({ gets = [] }: LibraryVerdict): ListedEntry[] {
  return gets.filter(({ result }) => result === "ESP_OK").map((get) => ({ ...get, type: get.as }));
}

function assertKind(kind: string, operate: () => unknown): void {
  assert.throws(operate, (error) => error instanceof NvsError && error.kind === kind);
}
