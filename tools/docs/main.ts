// npm run docs: runs the commands of the documents as a reader would paste them, each document from
// a fresh clone of this checkout's last commit and in one shell. Exit code 1 if a command fails.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, exit, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readDocument, repositoryFiles } from "./document.js";
import { transcriptOf, type TranscriptOptions } from "./transcript.js";

const help = `npm run docs -- [options] [FILE ...]

Runs the blocks marked "sh" of the documents, or of all, each document in a fresh clone.

  --linked   use this checkout's node_modules and build instead of installing
  --whole    run the checkout's own tests and checks too, where a document shows them
  --keep     leave the folders, and print where they are
  --help     this text
`;

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** A clone of the checkout below `folder`. */
function cloneInto(folder: string, isLinked: boolean): string {
  const clone = join(folder, "provision-agent");
  const { status } = spawnSync("git", ["clone", "--quiet", root, clone], { stdio: "inherit" });
  if (status !== 0) throw new Error(`${root} cannot be cloned`);
  if (isLinked) {
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
    cpSync(join(root, "build"), join(clone, "build"), {
      recursive: true,
      preserveTimestamps: true,
    });
  }
  return clone;
}

/** Runs a script in one shell, and ends what it has left running. Its exit code. */
async function runScript(script: string, cwd: string, home: string): Promise<number> {
  const shown = [
    "trap 'code=$?; jobs -p | xargs -r kill; wait; exit $code' EXIT",
    "set -e -o pipefail -v",
    script,
  ].join("\n");
  // What `provision login` keeps is no affair of the person's own configuration.
  const environment = { ...env, XDG_CONFIG_HOME: home };
  const child = spawn("bash", ["-c", shown], { cwd, env: environment, stdio: ["ignore", 2, 2] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Runs one document. False if one of its commands fails. */
async function runDocument(
  file: string,
  options: TranscriptOptions,
  isKept: boolean,
): Promise<boolean | undefined> {
  const script = transcriptOf(readDocument(root, file), options);
  if (script === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "provision-docs-"));
  try {
    const home = join(folder, "config");
    mkdirSync(home);
    const clone = cloneInto(folder, options.isInstalled);
    // Two runs at a time must not meet at the document's port.
    const port = String(await freePort());
    const code = await runScript(script.replace(/\b80[0-9]{2}\b/g, port), clone, home);
    stdout.write(`${file}: ${code === 0 ? "every command works" : `exit code ${code}`}\n`);
    return code === 0;
  } finally {
    if (isKept) stdout.write(`${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      linked: { type: "boolean", default: false },
      whole: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    stdout.write(help);
    return;
  }
  const all = repositoryFiles(root).filter((file) =>
    /^(docs\/(tutorial|guides)\/.*|[A-Z]+|test\/README)\.md$/.test(file),
  );
  const files = positionals.length > 0 ? positionals : all;
  const options = { isInstalled: values.linked, isWhole: values.whole };
  let isRight = true;
  let ran = 0;
  for (const file of files) {
    const result = await runDocument(file, options, values.keep);
    if (result !== undefined) ran += 1;
    if (result === false) isRight = false;
  }
  if (ran === 0) {
    stderr.write("none of these documents has a block to run\n");
    isRight = false;
  }
  exit(isRight ? 0 : 1);
}

await main();
