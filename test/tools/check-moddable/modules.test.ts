import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import {
  moduleComplaints,
  type ModuleLists,
  reachableModules,
} from "../../../tools/check-moddable/modules.js";

const main = "hosts/esp32/main";

describe("the check of modules", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "modules-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function compile(files: Readonly<Record<string, string>>): void {
    for (const [module, text] of Object.entries(files)) {
      const path = join(folder, `${module}.js`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  it("follows relative imports and exports of every form, cycles too, and no others", () => {
    compile({
      [main]: `// import "./not.js"\nimport timer from "timer";\nimport "../../src/a/one.js";\n`,
      "src/a/one": `import { x,\n  y } from "./two.js";\nconst s = 'import "./not.js"';\n`,
      "src/a/two": `export { z } from "../b/three.js";\nimport * as one from "./one.js";\n`,
      "src/b/three": `export const z = 1;\n`,
      "src/b/unused": ``,
    });
    assert.deepEqual(reachableModules(folder, main), [
      main,
      "src/a/one",
      "src/a/two",
      "src/b/three",
    ]);
  });

  it("names a module that was not compiled", () => {
    compile({ [main]: `import "./gone.js";\n` });
    assert.throws(() => reachableModules(folder, main), /hosts\/esp32\/gone is imported/);
  });

  it("is content with a manifest that mirrors the folders and preloads all but main", () => {
    const manifest = {
      modules: {
        "*": "$(MODULES)/base/timer/*",
        "hosts/esp32/*": "./hosts/esp32/main",
        "src/a/*": ["./src/a/one", "./src/a/two"],
      },
      preload: ["src/a/one", "src/a/two"],
    };
    assert.deepEqual(moduleComplaints(manifest, [main, "src/a/one", "src/a/two"], main), []);
  });

  it("says which lines to add and which to remove", () => {
    const manifest = {
      modules: { "*": "./hosts/esp32/main", "src/a/*": ["./src/a/one", "./src/a/tool"] },
      preload: ["src/a/tool", main],
    };
    assert.deepEqual(moduleComplaints(manifest, [main, "src/a/one", "src/b/two"], main), [
      `modules: list "./hosts/esp32/main" under "hosts/esp32/*"`,
      `preload: add "src/a/one"`,
      `modules: add "./src/b/two" to "src/b/*"`,
      `preload: add "src/b/two"`,
      `modules: remove "./src/a/tool", which hosts/esp32/main does not reach`,
      `preload: remove "src/a/tool"`,
      `preload: remove "hosts/esp32/main"`,
    ]);
  });

  it("finds the project's own manifest complete", () => {
    const projectRoot = fileURLToPath(new URL("../../../../", import.meta.url));
    const text = readFileSync(join(projectRoot, "manifest.json"), "utf8");
    const needed = reachableModules(join(projectRoot, "build"), main);
    assert.deepEqual(moduleComplaints(JSON.parse(text) as ModuleLists, needed, main), []);
  });
});
