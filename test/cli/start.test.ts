// How the program begins and ends: which Node it takes, and what a signal does to it through npm.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { sentenceOf } from "../../src/cli/terminal/failure.js";

describe("the command line's start", function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "start-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** main.js alone, in a package that wants this Node: it must import nothing else to say so. */
  function runFor(engine: string): { status: number | null; stderr: string } {
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ type: "module", engines: { node: engine } }),
    );
    const cli = join(folder, "build", "src", "cli");
    mkdirSync(cli, { recursive: true });
    cpSync("build/src/cli/main.js", join(cli, "main.js"));
    writeFileSync(join(cli, "program.js"), "export const run = () => process.stderr.write('run');");
    return spawnSync(process.execPath, [join(cli, "main.js")], { encoding: "utf8" });
  }

  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  for (const engine of [`>=${major + 1}.0`, `>=${major}.${minor + 1}`]) {
    it(`says in a sentence that it needs Node ${engine}, before it loads anything`, () => {
      const { status, stderr } = runFor(engine);
      assert.equal(status, 1);
      const needed = engine.slice(2);
      assert.equal(
        stderr,
        `provision: this is Node ${process.versions.node}, Node ${needed} or later is needed\n`,
      );
    });
  }
  for (const engine of [`>=${major}.${minor}`, `>=${major - 1}.99`]) {
    it(`runs where Node ${engine} is needed`, () => {
      assert.deepEqual(runFor(engine).stderr, "run");
    });
  }

  it("says npm rebuild when a native module is of another Node, however deep the cause", () => {
    const loaded = Object.assign(new Error("The module was compiled\nagainst"), {
      code: "ERR_DLOPEN_FAILED",
    });
    const opened = new Error("cannot open data/provision.db", { cause: loaded });
    assert.match(sentenceOf(opened), /^a native module .*: run npm rebuild$/);
    const never = new Error("Could not locate the bindings file. Tried: x.node");
    assert.match(sentenceOf(never), /run npm rebuild$/);
    assert.equal(sentenceOf(new Error("x.node is not there")), "x.node is not there");
  });

  it("ends a service that npm started on SIGTERM, and leaves no process", async () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    // Without the compiler, which other tests may be running.
    const line = (scripts["provision"] ?? "").replace(/^.*&& /, "");
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({
        scripts: {
          serve: `${line.replace("build/", `${resolve("build")}/`)} serve --data d --port 0 --json`,
        },
      }),
    );
    const npm = spawn("npm", ["run", "--silent", "serve"], {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, npm_config_update_notifier: "false" },
    });
    try {
      const [told] = (await once(createInterface(npm.stdout), "line")) as [string];
      const { url } = JSON.parse(told) as { url: string };
      assert.equal(await (await fetch(`${url}/healthz`)).text(), "ok");
      npm.kill("SIGTERM");
      await once(npm, "close");
      await assert.rejects(fetch(`${url}/healthz`));
    } finally {
      if (npm.pid !== undefined && npm.exitCode === null) {
        try {
          process.kill(-npm.pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
    }
  });
});
