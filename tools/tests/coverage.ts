// Coverage of the processes that a run of the tests starts, and of theirs: V8 writes it, c8 sums it up.

import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { env, execPath } from "node:process";

const folder = resolve("coverage/tmp");

/** Every process that starts from now on leaves what it has covered. */
export function beginCoverage(): void {
  rmSync(folder, { recursive: true, force: true });
  env["NODE_V8_COVERAGE"] = folder;
}

/** Prints the summary. False if it is below the bounds of .c8rc.json. */
export function reportCoverage(): boolean {
  delete env["NODE_V8_COVERAGE"];
  const c8 = createRequire(import.meta.url).resolve("c8/bin/c8.js");
  const { status } = spawnSync(execPath, [c8, "report", "--check-coverage"], { stdio: "inherit" });
  return status === 0;
}
