// `provision inspect`: explains any file that came from, or is meant for, an ESP32's flash.

import type { Command } from "commander";
import { printItem, printLine } from "../terminal/output.js";

interface InspectOptions {
  readonly showSecret: boolean;
  readonly check: boolean;
  readonly json: boolean;
}

export function addInspect(program: Command): void {
  program
    .command("inspect")
    .description("explain a flash image, a part of one, or firmware; secrets are masked")
    .argument("<file>")
    .option("--show-secret", "show masked values of NVS too", false)
    .option("--check", "exit code 1 if anything is wrong with it", false)
    .option("--json", "print JSON", false)
    .action(explain);
}

async function explain(file: string, options: InspectOptions): Promise<void> {
  const { inspect } = await import("../../inspect/inspect.js");
  const { foreignKind } = await import("../../inspect/foreign-file.js");
  const { problemsOf } = await import("../../inspect/inspection.js");
  const { openSha256 } = await import("../../../hosts/node/digest.js");
  const { flashBytesMax } = await import("./factory/factory-parts.js");
  const { formatInspection } = await import("../terminal/inspect-view.js");
  const { readWholeFile } = await import("../terminal/whole-file.js");
  const bytes = readWholeFile(file, flashBytesMax);
  const found = inspect(bytes, { openDigest: openSha256, showSecrets: options.showSecret });
  if (found === undefined) {
    const known = "it is no flash image, partition table, otadata, NVS, application or boot loader";
    throw new Error(`${file} ${foreignKind(bytes) ?? "is not an ESP32 flash file"}; ${known}`);
  }
  const problems = problemsOf(found);
  if (options.json) printItem(true, { file, ...found, problems });
  else for (const line of formatInspection(file, found, problems)) printLine(line);
  if (options.check && problems.length > 0) process.exitCode = 1;
}
