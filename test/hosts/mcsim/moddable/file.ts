// The SDK's files: whole buffers only, and a reader that stops short of nothing.

import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";

export class File {
  position = 0;
  readonly #file: number;

  constructor(path: string, write = false) {
    if (!existsSync(path) && !write) throw new Error("file not found");
    this.#file = openSync(path, write ? (existsSync(path) ? "r+" : "w+") : "r");
  }

  static exists(path: string): boolean {
    return existsSync(path);
  }

  static delete(path: string): boolean {
    unlinkSync(path);
    return true;
  }

  get length(): number {
    return fstatSync(this.#file).size;
  }

  read(type: unknown, byteLength = this.length - this.position): ArrayBuffer | string {
    if (this.position >= this.length) throw new Error("read past end of file");
    const bytes = new Uint8Array(Math.min(byteLength, this.length - this.position));
    readSync(this.#file, bytes, 0, bytes.length, this.position);
    this.position += bytes.length;
    return type === String ? Buffer.from(bytes).toString() : bytes.buffer;
  }

  write(data: ArrayBuffer | string): void {
    if (typeof data !== "string" && !(data instanceof ArrayBuffer))
      throw new TypeError("no buffer");
    const bytes = typeof data === "string" ? Buffer.from(data) : new Uint8Array(data);
    this.position += writeSync(this.#file, bytes, 0, bytes.length, this.position);
  }

  close(): void {
    closeSync(this.#file);
  }
}
