// `provision stamp`, as a user types it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { loadFile } from "../support/vectors.js";

const program = resolve("build/src/cli/main.js");

describe("provision stamp", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stamp-"));
    writeFileSync(join(folder, "app.bin"), loadFile("app-image", "esp32c3-1.1.0.bin"));
    writeFileSync(join(folder, "none.bin"), "nothing");
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  function run(line: string): { code: number | null; stdout: string; stderr: string } {
    const words = line.split(" ").filter((word) => word !== "");
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: folder },
    });
    return { code: status, stdout, stderr };
  }

  it("writes an image that says so, and tells its digest", () => {
    const { code, stdout } = run(
      "stamp app.bin --project lamp --release 2.0.0 --out lamp.bin --json",
    );
    assert.equal(code, 0);
    const told = JSON.parse(stdout) as { sha256: string; meta: string };
    assert.equal(told.meta, `version=2.0.0&sha256=${told.sha256}`);
    const inspected = run("inspect lamp.bin --check");
    assert.equal(inspected.code, 0);
    assert.match(inspected.stdout, /lamp/);
    assert.match(inspected.stdout, /2\.0\.0/);
  });

  const mistakes: readonly (readonly [line: string, code: number, says: RegExp])[] = [
    ["app.bin", 2, /nothing to stamp: give --project, --release or both/],
    ["app.bin --project lamp-sim", 2, /belong to the simulated chip/],
    ["app.bin --project a-name-that-is-longer-than-31-characters", 2, /1 to 31 characters/],
    ["app.bin --release 1.x", 2, /semantic version/],
    [
      "none.bin --project lamp",
      1,
      /^provision: none\.bin is no firmware image, as xs_esp32\.bin is: .+\n$/,
    ],
    ["gone.bin --project lamp", 1, /gone\.bin is not there/],
  ];
  for (const [line, code, says] of mistakes) {
    it(`refuses "${line}", and writes nothing`, () => {
      const before = readFileSync(join(folder, "app.bin"));
      const ended = run(`stamp ${line} --out out.bin`);
      assert.equal(ended.code, code);
      assert.match(ended.stderr, says);
      assert(!existsSync(join(folder, "out.bin")));
      assert.deepEqual(readFileSync(join(folder, "app.bin")), before);
    });
  }
});
