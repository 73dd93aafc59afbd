#!/usr/bin/env node
// The command line's first file. It imports nothing that an old Node lacks, so that it can say that
// the Node is too old.

import { readFileSync } from "node:fs";

const packageFile = new URL("../../../package.json", import.meta.url);
const { engines } = JSON.parse(readFileSync(packageFile, "utf8")) as { engines: { node: string } };

/** "20.19" of ">=20.19". */
const needed = engines.node.replace(/^>=/, "");
const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) {
  const { run } = await import("./program.js");
  await run();
} else {
  process.stderr.write(
    `provision: this is Node ${process.versions.node}, Node ${needed} or later is needed\n`,
  );
  process.exitCode = 1;
}
