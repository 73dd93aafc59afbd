// The engine for tests that need it: built on first use, which takes a minute.

import type { Context } from "mocha";

import { buildEngine } from "../../../hosts/xs/build/build-engine.js";
import { EngineBuildError } from "../../../hosts/xs/build/c-compiler.js";

const buildMsMax = 300_000;

/** The binary's path. Without a C compiler the tests of the calling hook's suite are skipped. */
export async function builtEngine(context: Context): Promise<string> {
  context.timeout(buildMsMax);
  try {
    return await buildEngine();
  } catch (error) {
    if (!(error instanceof EngineBuildError) || error.kind === "compile-failed") throw error;
    process.stderr.write(`skipped, the simulated chip cannot be built: ${error.message}\n`);
    return context.skip();
  }
}
