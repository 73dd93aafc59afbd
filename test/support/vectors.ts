// The golden data: images and verdicts of Espressif's own tools (test/vectors/README.md).
//
// Tests walk the JSON indexes and never name a case, so that a folder with more cases
// (environment variable VECTORS) is walked whole.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** The folder: $VECTORS, or test/vectors in the repository. */
const vectorsFolder = process.env["VECTORS"] ?? join(repositoryRoot(), "test", "vectors");

/** Parses a JSON index. The caller says what it holds; a test fails where it does not. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast by name
export function loadIndex<T>(...path: string[]): T {
  return JSON.parse(loadText(...path)) as T;
}

export function loadText(...path: string[]): string {
  return loadFile(...path).toString("utf8");
}

/** The names of the files of a folder that end so, in order. */
export function listFiles(folder: string, suffix: string): string[] {
  const names = readdirSync(join(vectorsFolder, folder));
  return names.filter((name) => name.endsWith(suffix)).sort();
}

/** A file's bytes, unpacked if its name ends in `.gz`. */
export function loadFile(...path: string[]): Buffer {
  const bytes = readFileSync(join(vectorsFolder, ...path));
  return path.at(-1)?.endsWith(".gz") === true ? gunzipSync(bytes) : bytes;
}

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("no package.json above this file");
    folder = parent;
  }
  return folder;
}
