// Files that are there whole or not at all: written beside their place, then given their name.

import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A cut, or a failure, leaves what was there before. Throws an Error of one line. */
export function writeWholeFile(path: string, bytes: Uint8Array): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new Error(`${path} is a folder: name a file`);
  }
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    writeFileSync(draft, bytes);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw inOneLine(path, error);
  }
}

/** All of a file of at most `byteLengthMax` bytes. Throws an Error of one line. */
export function readWholeFile(path: string, byteLengthMax: number): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > byteLengthMax) {
      throw new Error(
        `${path} is too large: it has ${size} bytes, at most ${byteLengthMax} are taken`,
      );
    }
    return readFileSync(path);
  } catch (error) {
    throw inOneLine(path, error);
  }
}

const sentences: Readonly<Partial<Record<string, string>>> = {
  ENOENT: "is not there",
  EACCES: "may not be opened: check its permissions",
  EISDIR: "is a folder: name a file",
  ENOSPC: "cannot be written: the disk is full",
};

function inOneLine(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const sentence = code === undefined ? undefined : sentences[code];
  return sentence === undefined ? error : new Error(`${path} ${sentence}`, { cause: error });
}
