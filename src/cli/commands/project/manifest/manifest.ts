// `provision manifest`: writes the module lists of a product's Moddable manifest from its imports.

import { basename, dirname, resolve } from "node:path";
import type { Command } from "commander";
import { printDone } from "../../../terminal/output.js";

interface ManifestOptions {
  readonly check: boolean;
  readonly json: boolean;
}

const more = `
The SDK needs each module in "modules", or it is not linked, and in "preload", or its functions take
RAM. The command writes both lists from the imports of the main module. It leaves a module alone
that has a name of its own ("led": "./led"): give one to a module that must not be preloaded, because
it opens hardware while it is loaded.`;

export function addManifest(program: Command): void {
  program
    .command("manifest")
    .description("write the module lists of a product's manifest from its imports")
    .argument("[file]", "the Moddable manifest that names the main module", "manifest.json")
    .option("--check", "write nothing; exit code 1 if the lists are stale", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", more)
    .action(writeLists);
}

async function writeLists(file: string, { check, json }: ManifestOptions): Promise<void> {
  const { freshManifest } = await import("./manifest-file.js");
  const { writeWholeFile } = await import("../../../terminal/whole-file.js");
  const { text, complaints, listed } = freshManifest(dirname(resolve(file)), basename(file));
  const isStale = complaints.length > 0;
  if (isStale && check && !json) {
    throw new Error(`${file} is stale, run: provision manifest. ${complaints.join("; ")}`);
  }
  if (isStale && !check) writeWholeFile(file, new TextEncoder().encode(text));
  if (isStale && check) process.exitCode = 1;
  const what = isStale ? "written" : "as it should be";
  const facts = { file, modules: listed.length, stale: isStale, complaints };
  printDone(json, facts, `${file}: the lists of ${listed.length} modules are ${what}`);
}
