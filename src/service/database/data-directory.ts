// The folder of a service's data, which nobody else may look into.

import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes the folder, and those above it, unless they are there. (What node:fs has for this goes in
 * circles where a file system says that a folder is not there, but takes none: /proc.)
 */
export function makeDataDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDataDirectory(dirname(resolve(path)));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process was first.
    if (!existsSync(path)) throw error;
  }
}
