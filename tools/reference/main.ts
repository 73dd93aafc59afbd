// npm run reference: writes the pages of docs/reference from declarations and program, and lists
// what has no sentence. With --check it writes nothing, and ends with exit code 1 on a stale page.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { makeReference } from "./pages.js";

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const isCheck = argv.includes("--check");

const { pages, complaints } = await makeReference(root);
for (const { file, text, isStale } of pages) {
  if (isStale && isCheck) stderr.write(`${file} is stale, run: npm run reference\n`);
  else {
    if (isStale) writeFileSync(join(root, file), text);
    stdout.write(`${file}: ${isStale ? "written" : "as it should be"}\n`);
  }
}
for (const complaint of complaints) stderr.write(`${complaint}\n`);
if (complaints.length > 0 || (isCheck && pages.some(({ isStale }) => isStale))) {
  process.exitCode = 1;
}
