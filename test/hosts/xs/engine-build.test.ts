// Building the C host: only what changed, and one line of advice when it cannot be done.

import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { statSync, utimesSync } from "node:fs";
import { join } from "node:path";

import { buildEngine } from "../../../hosts/xs/build/build-engine.js";
import { rootFolder } from "../../../hosts/xs/build/engine-variant.js";
import { builtEngine } from "./built-engine.js";

describe("building the C host", () => {
  before(async function () {
    await builtEngine(this);
  });

  it("does nothing when nothing has changed", async () => {
    const lines: string[] = [];
    const binary = await buildEngine({ log: (line) => lines.push(line) });
    assert.deepEqual(lines, []);
    assert.ok(statSync(binary).mode & 0o100);
  });

  it("compiles one file again when only that has changed", async () => {
    const source = join(rootFolder, "hosts", "xs", "engine", "modules", "meter.c");
    const { atimeMs, mtimeMs } = statSync(source);
    const lines: string[] = [];
    utimesSync(source, new Date(), new Date());
    try {
      await buildEngine({ log: (line) => lines.push(line) });
    } finally {
      utimesSync(source, atimeMs / 1000, mtimeMs / 1000);
    }
    assert.match(lines[0] ?? "", /^compiling 1 files/);
  });

  /** Runs a piece of a script in a process of its own, with another environment. */
  function inProcess(script: string, environment: Readonly<Record<string, string>>): string {
    const module = join(rootFolder, "build", "hosts", "xs", "build");
    const { stdout } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", script.replaceAll("HOST", module)],
      { env: { ...process.env, ...environment }, encoding: "utf8" },
    );
    return stdout;
  }

  const probe = `import { checkCompiler } from "HOST/c-compiler.js";
    try { await checkCompiler(BITS) } catch (error) { console.log(error.kind + ": " + error.message) }`;

  it("says what to install when there is no compiler", () => {
    const said = inProcess(probe.replace("BITS", "64"), { CC: "/no/such/cc" });
    assert.equal(
      said,
      "no-compiler: no C compiler (/no/such/cc); install one: apt-get install gcc make\n",
    );
  });

  it("says what to install when the compiler cannot do 32 bit", () => {
    const said = inProcess(probe.replace("BITS", "32"), { CC: "false" });
    assert.match(said, /^no-32-bit: [^\n]*apt-get install gcc-multilib\n$/);
  });

  it("says so when the engine's sources are not there", () => {
    const script = `import { buildEngine } from "HOST/build-engine.js";
      try { await buildEngine() } catch (error) { console.log(error.kind) }`;
    assert.equal(inProcess(script, { MODDABLE: "/no/such/sdk" }), "no-sources\n");
  });
});
