// `provision new`: from a packed package to a product that is updated on the simulated chip.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

import { builtEngine } from "../hosts/xs/built-engine.js";

const run = promisify(execFile);
const root = resolve(".");
const program = resolve("build/src/cli/main.js");

describe("provision new", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "new-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function begin(words: readonly string[]): { code: number | null; out: string; err: string } {
    const ended = spawnSync(process.execPath, [program, "new", ...words], {
      cwd: folder,
      encoding: "utf8",
    });
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
  }

  function text(...path: string[]): string {
    return readFileSync(join(folder, ...path), "utf8");
  }

  it("finds what a project imports in a checkout that has compiled no more than the command", () => {
    const { scripts, exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
      exports: Record<string, string | { readonly types: string }>;
    };
    const [, projects = ""] = /^tsc -b (.*) 1>&2 &&/.exec(scripts["provision"] ?? "") ?? [];
    const compiled = new Set<string>();
    const compile = (project: string): void => {
      if (compiled.has(project)) return;
      compiled.add(project);
      const { references = [] } = JSON.parse(
        readFileSync(join(project, "tsconfig.json"), "utf8"),
      ) as { references?: readonly { path: string }[] };
      for (const { path } of references) compile(join(project, path));
    };
    for (const project of projects.split(" ")) compile(project);
    for (const entry of Object.values(exports)) {
      const path = typeof entry === "string" ? entry : entry.types;
      if (path.startsWith("./build/")) assert.ok(compiled.has(dirname(path.slice(8))), path);
    }
  });

  it("gives the product its names, and a dependency that npm finds", () => {
    const { code, out, err } = begin(["fan", "--vendor", "Wind Works"]);
    assert.equal(code, 0, err);
    assert.equal(out, "fan: 15 files. Next: cd fan && npm install && npm test\n");
    const names = 'product = Object.freeze({ vendor: "Wind Works", model: "fan" });';
    assert.ok(text("fan", "product.ts").includes(names));
    // No other file says them.
    const [main, template] = [text("fan", "main.ts"), readFileSync("template/main.ts", "utf8")];
    assert.equal(main, template);
    const made = JSON.parse(text("fan", "package.json")) as {
      name: string;
      scripts: Record<string, string>;
      dependencies: Record<string, string>;
    };
    assert.equal(made.name, "fan");
    assert.match(made.scripts["start"] ?? "", /--vendor "Wind Works" --model fan$/);
    const spec = made.dependencies["provision-agent"] ?? "";
    assert.equal(resolve(folder, "fan", spec.replace(/^file:/, "")), root);
    assert.ok(existsSync(join(folder, "fan", ".gitignore")));
  });

  it("makes a manifest that lists what the product imports, and scripts that keep it so", () => {
    begin(["fan"]);
    const inProject = { cwd: join(folder, "fan"), encoding: "utf8" } as const;
    const check = spawnSync(process.execPath, [program, "manifest", "--check"], inProject);
    assert.equal(check.stderr, "");
    assert.equal(check.status, 0);
    const made = JSON.parse(text("fan", "package.json")) as { scripts: Record<string, string> };
    assert.match(made.scripts["test"] ?? "", /^provision manifest --check && /);
    assert.equal(made.scripts["provision"], "provision");
  });

  it("takes a folder in which the package was installed, and keeps what npm wrote", () => {
    mkdirSync(join(folder, "fan"));
    const there = { dependencies: { "provision-agent": "file:../x.tgz", other: "1.0.0" } };
    writeFileSync(join(folder, "fan", "package.json"), JSON.stringify(there));
    mkdirSync(join(folder, "fan", "node_modules"));
    assert.equal(begin(["fan"]).code, 0);
    const made = JSON.parse(text("fan", "package.json")) as typeof there;
    assert.deepEqual(made.dependencies, there.dependencies);
  });

  const mistakes: readonly [words: readonly string[], code: 1 | 2, message: RegExp][] = [
    [["full"], 1, /^provision: full is not empty, it has mine\.txt: name a new folder\n$/],
    [["Fan"], 1, /^provision: "Fan" cannot be the name of a project/],
    [["fan", "--vendor", "a/b"], 2, /^error: --vendor: expected 1 to 64 letters/],
    [["fan", "--model", ""], 2, /^error: --model: expected 1 to 64 letters/],
    [[], 2, /missing required argument 'folder'/],
  ];
  for (const [words, code, message] of mistakes) {
    it(`writes nothing and says what is wrong with "${words.join(" ")}"`, () => {
      mkdirSync(join(folder, "full"));
      writeFileSync(join(folder, "full", "mine.txt"), "mine");
      const ended = begin(words);
      assert.equal(ended.code, code);
      assert.match(ended.err, message);
      assert.deepEqual(readdirSync(folder), ["full"]);
      assert.deepEqual(readdirSync(join(folder, "full")), ["mine.txt"]);
    });
  }

  it("makes, of the packed package, a project whose tests pass", async function () {
    const engine = await builtEngine(this);
    this.timeout(600_000);
    const packed = await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder]);
    const project = join(folder, "fan");
    const modules = join(project, "node_modules");
    installOffline(modules);
    const own = join(modules, "provision-agent");
    mkdirSync(own);
    const file = join(folder, packed.stdout.trim().split("\n").at(-1) ?? "");
    await run("tar", ["-xzf", file, "-C", own, "--strip-components", "1"]);

    const cli = join(own, "build", "src", "cli", "main.js");
    const inProject = { cwd: project };
    await run(process.execPath, [cli, "new", ".", "--vendor", "wind", "--model", "fan"], inProject);
    const tsc = join(modules, "typescript", "bin", "tsc");
    await run(process.execPath, [tsc, "-b", "test"], inProject);
    const tests = readdirSync(join(project, "build", "test")).filter((name) => {
      return name.endsWith(".test.js");
    });
    assert.deepEqual(tests, ["sensor.test.js", "update.test.js"]);
    const paths = tests.map((name) => join("build", "test", name));
    // The engine is this checkout's; the project could compile its own.
    const sources = join("hosts", "xs", "engine");
    assert.deepEqual(readdirSync(join(own, sources)), readdirSync(join(root, sources)));
    const env = { ...process.env, PROVISION_ENGINE: engine };
    const { stdout } = await run(process.execPath, ["--test", ...paths], { ...inProject, env });
    assert.match(stdout, /^# pass 5$/m);
    assert.match(stdout, /^# fail 0$/m);
  });

  /** What else npm would install, from what is installed here: without a network, without scripts. */
  function installOffline(modules: string): void {
    mkdirSync(modules, { recursive: true });
    for (const name of readdirSync(join(root, "node_modules"))) {
      if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
  }
});
