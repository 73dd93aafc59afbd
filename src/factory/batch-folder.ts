// The folder of a factory batch: an image for each serial, issued once and never again, whatever
// happens on the way.
//
//   batch.json    what all devices of the batch have in common, and the batch's id
//   SHA256SUMS    what was issued (issued-list.ts)
//   <serial>.bin  images; they may be taken away once they are listed
//   batch.lock    held while a command works here; the system lets go of it when that ends
//
// An image is written as .<file>.part, then listed, then given its name. A cut leaves a part that is
// not listed, and counts as never made, or one that is, and gets its name at the next opening.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { imageFileName } from "./image-file-name.js";
import { IssuedList } from "./issued-list.js";

/** What all devices of a batch have in common, as JSON can hold it. */
export type BatchTerms = Readonly<Record<string, string | number | null>>;

export interface IssuedImage {
  readonly serial: string;
  readonly bytes: Uint8Array;
}

const termsFile = "batch.json";
const listFile = "SHA256SUMS";
const lockFile = "batch.lock";
/** The terms in words, for errors. */
const termNames: Readonly<Record<string, string>> = {
  vendor: "the vendor",
  model: "the model",
  host: "the host",
  port: "the port",
  flashBytes: "the flash in bytes",
  partitionsSha256: "the partition table (SHA-256)",
  firmwareSha256: "the firmware (SHA-256)",
  firmwareVersion: "the firmware's version",
  bootloaderSha256: "the boot loader (SHA-256)",
};
const partPattern = /^\.(.+)\.part$/;

/** The id of the batch in a folder; undefined if there is none. Throws if it has other terms. */
export function readBatchId(folder: string, terms: BatchTerms): string | undefined {
  const path = join(folder, termsFile);
  if (!existsSync(path)) return undefined;
  const { id, ...found } = parseTerms(path);
  for (const key of new Set([...Object.keys(found), ...Object.keys(terms)])) {
    if ((found[key] ?? null) === (terms[key] ?? null)) continue;
    const name = termNames[key] ?? key;
    const [was, is] = [termText(found[key]), termText(terms[key])];
    throw new Error(
      `${folder} is a batch in which ${name} is ${was}, and here it is ${is}: ` +
        "use the same options, or another folder",
    );
  }
  if (typeof id !== "string") throw new Error(`${path} is damaged: it has no id`);
  return id;
}

function termText(value: unknown): string {
  return value === null || value === undefined ? "none" : JSON.stringify(value);
}

export class BatchFolder {
  readonly #folder: string;
  readonly #lock: BetterSqlite3.Database;
  readonly #list: IssuedList;

  /**
   * Opens a folder for the batch `id`, and makes it if it is not there; ends what a cut left half
   * done. Throws an Error if another command works in it, or it has another batch.
   */
  constructor(folder: string, id: string, terms: BatchTerms) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    this.#lock = takeLock(folder);
    try {
      const found = readBatchId(folder, terms);
      if (found === undefined) this.#writeTerms({ id, ...terms });
      else if (found !== id) throw new Error(`${folder} holds another batch, ${found}`);
      this.#list = new IssuedList(join(folder, listFile));
      this.#endParts();
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  /** Images issued so far. */
  get issuedCount(): number {
    return this.#list.size;
  }

  isIssued(serial: string): boolean {
    return this.#list.sha256Of(imageFileName(serial)) !== undefined;
  }

  /** Whether its image was issued, and is no longer in the folder. */
  isGone(serial: string): boolean {
    return this.isIssued(serial) && !existsSync(join(this.#folder, imageFileName(serial)));
  }

  /** The file that stands where a serial's image would, and is none of ours; or undefined. */
  obstacle(serial: string): string | undefined {
    const path = join(this.#folder, imageFileName(serial));
    return !this.isIssued(serial) && existsSync(path) ? path : undefined;
  }

  /** Issues images of serials that are not. Durable on return: then all are in the folder. */
  issue(images: readonly IssuedImage[]): void {
    const issued = images.map(({ serial, bytes }) => {
      if (this.isIssued(serial)) throw new Error(`serial "${serial}" is issued already`);
      const file = imageFileName(serial);
      writeDurably(this.#part(file), bytes);
      return { file, sha256: sha256Of(bytes) };
    });
    syncFolder(this.#folder);
    this.#list.add(issued); // Commit point.
    for (const { file } of issued) renameSync(this.#part(file), join(this.#folder, file));
    syncFolder(this.#folder);
  }

  close(): void {
    this.#list.close();
    this.#lock.close();
  }

  #part(file: string): string {
    return join(this.#folder, `.${file}.part`);
  }

  #writeTerms(terms: BatchTerms): void {
    const draft = this.#part(termsFile);
    writeDurably(draft, Buffer.from(`${JSON.stringify(terms, null, 2)}\n`));
    renameSync(draft, join(this.#folder, termsFile));
    syncFolder(this.#folder);
  }

  /** Gives listed parts their names, and removes the others. */
  #endParts(): void {
    for (const name of readdirSync(this.#folder)) {
      const [, file = ""] = partPattern.exec(name) ?? [];
      if (file === "") continue;
      const part = join(this.#folder, name);
      const sha256 = this.#list.sha256Of(file);
      if (sha256 === undefined) rmSync(part);
      else if (sha256 === sha256Of(readFileSync(part))) renameSync(part, join(this.#folder, file));
      else throw new Error(`${part} is not what ${listFile} says: the disk may be damaged`);
    }
  }
}

/** A database's lock, which ends with the process that holds it. */
function takeLock(folder: string): BetterSqlite3.Database {
  const lock = new BetterSqlite3(join(folder, lockFile), { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    const isBusy = (error as { code?: unknown }).code === "SQLITE_BUSY";
    if (!isBusy) throw error;
    throw new Error(`another command works in ${folder}: wait for it`, { cause: error });
  }
}

function parseTerms(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Error(`${path} is damaged: restore it, it says which serials are whose`);
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  // Windows has no such thing.
  if (process.platform === "win32") return;
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
