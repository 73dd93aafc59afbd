// npm run manifest: writes the module lists of this project's Moddable manifests from the imports.
// With --check it writes nothing, and ends with exit code 1 if a list is stale.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { freshManifests } from "./manifests.js";

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const isCheck = argv.includes("--check");

for (const { file, text, complaints } of freshManifests(root)) {
  if (complaints.length === 0) stdout.write(`${file}: as it should be\n`);
  else if (isCheck) {
    stderr.write(`${file} is stale, run: npm run manifest\n`);
    for (const complaint of complaints) stderr.write(`  ${complaint}\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(join(root, file), text);
    stdout.write(`${file}: written\n`);
  }
}
