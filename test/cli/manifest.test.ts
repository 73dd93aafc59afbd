// `provision manifest`: the lists of a product's manifest, written from its imports.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const program = resolve("build/src/cli/main.js");

const manifest = `{
  "include": ["./node_modules/provision-agent/manifest.json"],
  "modules": {
    "*": ["./main"],
    "~": "./node_modules/provision-agent/hosts/esp32/main",
    "provision-agent/device": "./node_modules/provision-agent/hosts/device"
  },
  "preload": ["provision-agent/device"],
  "creation": { "main": "main" },
  "config": { "wifiSSID": "" }
}
`;

const sources = {
  "manifest.json": manifest,
  "main.ts": `import { startAgent } from "provision-agent/device";
import { blink } from "./led.js";
import type { Fan } from "./only-types.js";
export const fan: Fan | undefined = undefined;
startAgent(blink);
`,
  "led.ts": `import Digital from "embedded:io/digital";
import { levels } from "./lib/levels.js";
export const blink = () => new Digital(levels);
`,
  "only-types.ts": `export interface Fan { readonly speed: number }\n`,
  "unused.ts": `export const unused = 1;\n`,
  "lib/levels.ts": `import { one } from "../one.js";\nexport const levels = [0, one];\n`,
  "one.js": `export const one = 1;\n`,
  "tsconfig.json": `{ "compilerOptions": { "verbatimModuleSyntax": true } }\n`,
};

describe("provision manifest", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "manifest-"));
    write(sources);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }

  function run(...words: string[]): { code: number | null; out: string; err: string } {
    const ended = spawnSync(process.execPath, [program, "manifest", ...words], {
      cwd: folder,
      encoding: "utf8",
    });
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
  }

  function text(): string {
    return readFileSync(join(folder, "manifest.json"), "utf8");
  }

  /** Writes the lists of `changed`, and returns them. */
  function listsOf(changed: string): { modules: Record<string, unknown>; preload: unknown } {
    write({ "manifest.json": changed });
    const { code, err } = run();
    assert.equal(code, 0, err);
    assert.equal(run("--check").code, 0);
    return JSON.parse(text()) as { modules: Record<string, unknown>; preload: unknown };
  }

  it("writes what main reaches into both lists, and leaves the rest of the file as it is", () => {
    const { code, out, err } = run();
    assert.equal(code, 0, err);
    assert.equal(out, "manifest.json: the lists of 4 modules are written\n");
    const expected = manifest
      .replace('"*": ["./main"]', '"*": ["./led", "./main", "./one"]')
      .replace('hosts/device"\n', 'hosts/device",\n    "lib/*": ["./lib/levels"]\n')
      .replace('"preload": [', '"preload": ["led", "lib/levels", "one", ');
    assert.equal(text(), expected);
  });

  it("says with --check what is stale, and writes nothing", () => {
    const { code, out, err } = run("--check");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^provision: manifest\.json is stale, run: provision manifest\. modules: /);
    assert.match(err, /"\.\/led" under "\*" is missing; .*preload: "lib\/levels" is missing/);
    assert.equal(text(), manifest);
    const { code: jsonCode, out: json } = run("--check", "--json");
    assert.equal(jsonCode, 1);
    assert.equal((JSON.parse(json) as { stale: boolean }).stale, true);
  });

  it("takes out what is no longer imported, or no longer there", () => {
    const { modules, preload } = listsOf(
      manifest
        .replace('["./main"]', '["./main", "./unused", "./gone"]')
        .replace('"preload": [', '"preload": ["unused", "lib/gone", '),
    );
    assert.deepEqual(modules["*"], ["./led", "./main", "./one"]);
    assert.deepEqual(preload, ["led", "lib/levels", "one", "provision-agent/device"]);
  });

  it("leaves patterns, native sources, the SDK's modules and modules with a name of their own", () => {
    write({ "native.c": "", "native.h": "" });
    const { modules, preload } = listsOf(
      manifest
        .replace('["./main"]', '["$(MODULES)/x/*", "./main", "./native", "./many/*"]')
        .replace('"~"', '"led": "./led",\n    "~"')
        .replace('"preload": [', '"preload": ["net", "embedded:io/digital", '),
    );
    assert.deepEqual(modules["*"], ["$(MODULES)/x/*", "./native", "./many/*", "./main", "./one"]);
    assert.equal(modules["led"], "./led");
    assert.deepEqual(preload, [
      "lib/levels",
      "one",
      "net",
      "embedded:io/digital",
      "provision-agent/device",
    ]);
  });

  for (const [what, files, message] of [
    ["no JSON", { "manifest.json": "{" }, /manifest\.json is not a Moddable manifest: expected/],
    [
      "no main module",
      { "manifest.json": manifest.replace('"main": "main"', '"static": 1') },
      /manifest\.json: it names no main module/,
    ],
    [
      "a main module that is not there",
      { "manifest.json": manifest.replace('"main": "main"', '"main": "app"') },
      /the main module "app" has no source app\.ts beside it/,
    ],
    [
      "a missing module",
      { "main.ts": 'import "./nowhere.js";\n' },
      /main\.ts:1: Could not resolve "\.\/nowhere\.js"/,
    ],
    ["a mistake", { "main.ts": "const = 1;\n" }, /main\.ts:1: Expected identifier/],
    [
      "a module outside the folder",
      { "main.ts": 'import "../provision-outside.js";\n' },
      /\.\.\/provision-outside is imported, but is not below the manifest's folder/,
    ],
  ] as const) {
    it(`says what is wrong with ${what}, and writes nothing`, () => {
      write(files);
      const before = text();
      const outside = join(folder, "..", "provision-outside.js");
      if (what.includes("outside")) writeFileSync(outside, "");
      const { code, err } = run();
      rmSync(outside, { force: true });
      assert.equal(code, 1);
      assert.match(err, message);
      assert.equal(text(), before);
    });
  }
});
