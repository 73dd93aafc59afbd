// The files of the project that people write, for tests of the code itself.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

const folders = ["src", "hosts", "template", "tools", "test", "docs"];
/** Data, and what others made. */
const leftOut = /^test\/vectors\/|\/corpus\/|^test\/http\/cases\//;

/** All files below the project's own folders, and those at its top, whose names end so. */
export function filesEnding(...endings: readonly string[]): SourceFile[] {
  const top = readdirSync(".", { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  const below = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).replaceAll("\\", "/")),
  );
  return [...top, ...below]
    .filter((path) => endings.some((ending) => path.endsWith(ending)) && !leftOut.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Where `pattern` (without the flag g) is found, line by line. */
export function placesOf(files: readonly SourceFile[], pattern: RegExp): Place[] {
  return files.flatMap(({ path, text }) =>
    text
      .split("\n")
      .map((line, index) => ({ path, line: index + 1, text: line.trim() }))
      .filter((place) => pattern.test(place.text)),
  );
}

/** For an assertion's message: path, line number, the line. */
export function show(places: readonly Place[]): string {
  return places.map(({ path, line, text }) => `${path}:${line} ${text}`).join("\n");
}
