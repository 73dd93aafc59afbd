// How a new project depends on this package: on the version, as a registry has it, or on the
// checkout that this is. `--package` says it otherwise.

import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../..", import.meta.url)).replace(/[/\\]$/, "");

/** For the project's dependencies: "1.0.0", or "file:../provision-agent". @param folder its own */
export function ownPackageSpec(folder: string): string {
  // Only a checkout has the tests.
  if (existsSync(join(root, "test"))) {
    return `file:${relative(resolve(folder), root).replaceAll("\\", "/")}`;
  }
  const text = readFileSync(join(root, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
