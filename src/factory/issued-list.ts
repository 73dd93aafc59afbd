// The list of what a batch has issued: SHA256SUMS, a line for each image, as `sha256sum --check`
// reads it. It only grows. A line counts once its line end is there.
//
//   <64 hex>  <file name>\n

import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

const linePattern = /^([0-9a-f]{64}) {2}([^/\n]+)$/;

export class IssuedList {
  readonly #path: string;
  readonly #sha256By = new Map<string, string>();
  /** Of the lines that count. */
  #byteLength: number;
  #file: number | undefined;

  /** Reads the list, empty if there is no such file. Throws an Error that names a bad line. */
  constructor(path: string) {
    this.#path = path;
    const text = readText(path);
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    this.#byteLength = Buffer.byteLength(whole);
    for (const [index, line] of whole.split("\n").slice(0, -1).entries()) {
      const [, sha256, file] = linePattern.exec(line) ?? [];
      if (sha256 === undefined || file === undefined) {
        throw new Error(`${path}: line ${index + 1} is no "<sha256>  <file>": mend it first`);
      }
      this.#sha256By.set(file, sha256);
    }
  }

  get size(): number {
    return this.#sha256By.size;
  }

  /** Lower-case hexadecimal; undefined if no such file was issued. */
  sha256Of(file: string): string | undefined {
    return this.#sha256By.get(file);
  }

  /** Adds lines. Durable on return. Commit point: a cut leaves any number of them, in order. */
  add(issued: readonly { readonly file: string; readonly sha256: string }[]): void {
    this.#file ??= openSync(this.#path, "a");
    const lines = Buffer.from(issued.map(({ sha256, file }) => `${sha256}  ${file}\n`).join(""));
    // What a cut left of a line goes.
    ftruncateSync(this.#file, this.#byteLength);
    for (let done = 0; done < lines.length;) done += writeSync(this.#file, lines, done);
    fsyncSync(this.#file);
    this.#byteLength += lines.length;
    for (const { file, sha256 } of issued) this.#sha256By.set(file, sha256);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
