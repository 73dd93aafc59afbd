// `provision new`: a fresh product, from template.

import type { Command } from "commander";
import { nameRule } from "../../../protocol/name-rules.js";
import { isName } from "../../../protocol/paths.js";
import { printDone } from "../../terminal/output.js";
import { misuse } from "../../terminal/session.js";

interface NewOptions {
  readonly vendor: string;
  readonly model?: string;
  readonly package?: string;
  readonly json: boolean;
}

export function addNew(program: Command): void {
  program
    .command("new")
    .description("start a product: a project with a main module, an example task, and tests")
    .argument("<folder>", "the project's folder, made if it does not exist; . for this one")
    .option("--vendor <name>", "vendor name", "acme")
    .option("--model <name>", "model name (default: the folder's name)")
    .option(
      "--package <spec>",
      "where npm finds provision-agent (default: this version, or this checkout)",
    )
    .option("--json", "print JSON", false)
    .action(begin);
}

async function begin(folder: string, options: NewOptions): Promise<void> {
  const { projectName, scaffold } = await import("./scaffold.js");
  const { ownPackageSpec } = await import("./own-package.js");
  const { vendor, json } = options;
  const name = projectName(folder);
  const model = options.model ?? name;
  if (!isName(vendor)) return misuse(`--vendor: expected ${nameRule}`);
  if (!isName(model)) return misuse(`--model: expected ${nameRule}`);
  const spec = options.package ?? ownPackageSpec(folder);
  const files = scaffold(folder, { name, vendor, model, spec });
  const facts = { folder, name, vendor, model, package: spec, files };
  const enter = folder === "." ? "" : `cd ${folder} && `;
  printDone(json, facts, `${folder}: ${files.length} files. Next: ${enter}npm install && npm test`);
}
