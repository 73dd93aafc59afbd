// The access log: a line per reply, in the Common Log Format that every log reader knows, with
// three more columns at the end.
//
//     127.0.0.1 - - [25/Nov/2026:20:10:00 +0000] "POST /provision/activate HTTP/1.1" 409 23 1.2 64 not-enabled
//                                                                     milliseconds --^   |      |
//                                                             procedure of the API's 70 --+      |
//                                           why it was refused (errors.ts), or what came out: - --+
//
// No line holds a key: keys are in header fields and bodies, which are not logged, and the tokens
// that some queries carry are left out (target.ts, `logged`).

import { type FileHandle, open } from "node:fs/promises";
import { accessLogBytesMax, accessLogRetryMs } from "./limits.js";
import type { ReplyRecord } from "./responder.js";

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** One line with its end. `at`: when the reply went out. */
export function accessLine(record: ReplyRecord, at: Date): string {
  const { address, method, target, status, bodyBytesSent, durationMs, procedure, code } = record;
  const request = `"${printable(method)} ${printable(target)} HTTP/1.1"`;
  const more = `${durationMs.toFixed(1)} ${String(procedure ?? "-")} ${code ?? "-"}`;
  const start = `${address === "" ? "-" : address} - - [${commonTime(at)}]`;
  return `${start} ${request} ${status} ${bodyBytesSent} ${more}\n`;
}

function commonTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = [two(at.getUTCDate()), months[at.getUTCMonth()], at.getUTCFullYear()].join("/");
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":");
  return `${date}:${time} +0000`;
}

/** What a peer wrote must neither end the quoted column nor steer a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    const [byte = 0] = Buffer.from(character, "latin1");
    return `\\x${byte.toString(16).padStart(2, "0")}`;
  });
}

/**
 * A file that gets a line for each reply. While it cannot be written, lines wait, up to a bound,
 * and then are lost and counted; it goes on by itself when there is room again.
 */
export class AccessLog {
  readonly #path: string;
  readonly #onError: (error: Error) => void;
  /** What waits, a text for each file that is to be written: the last is the one of now. */
  #waiting = [""];
  /** What is being written, or could not be. */
  #rest = Buffer.alloc(0);
  #file: FileHandle | undefined;
  #writing: Promise<void> | undefined;
  #isFailing = false;
  #isClosing = false;
  #lostLines = 0;
  #wake: () => void = () => undefined;

  /**
   * Appends to `path`, made if it does not exist. `onError`: called once when lines cannot be
   * written, however often that is tried, and once when they can again and some are lost.
   */
  constructor(path: string, onError: (error: Error) => void) {
    this.#path = path;
    this.#onError = onError;
    this.#start();
  }

  /** Appends the line of a reply that has just gone out. */
  write(record: ReplyRecord): void {
    const line = accessLine(record, new Date());
    const waitingBytes = this.#waiting.reduce((bytes, text) => bytes + text.length, 0);
    if (waitingBytes + line.length > accessLogBytesMax) {
      this.#lostLines += 1;
      return;
    }
    this.#waiting.push((this.#waiting.pop() ?? "") + line);
    this.#start();
  }

  /** Goes on in a new file of the same name: the old one has been moved away. */
  reopen(): void {
    this.#waiting.push("");
    this.#start();
  }

  /** Resolves when all lines are with the kernel, or cannot be written. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake();
    await this.#writing;
    await this.#closeFile();
  }

  #start(): void {
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    do {
      try {
        this.#file ??= await open(this.#path, "a", 0o640);
        await this.#writeRest(this.#file);
        this.#succeed();
        await this.#leaveFile();
      } catch (error) {
        this.#fail(error);
        await this.#closeFile();
        if (this.#isClosing) break;
        await this.#pause();
      }
    } while (this.#takeUp());
    this.#writing = undefined;
  }

  /** A write may end in the middle of a line: the next one goes on there. */
  async #writeRest(file: FileHandle): Promise<void> {
    while (this.#rest.length > 0) {
      const { bytesWritten } = await file.write(this.#rest);
      this.#rest = this.#rest.subarray(bytesWritten);
    }
  }

  /** Closes a file for which nothing waits, if another is to be written. */
  async #leaveFile(): Promise<void> {
    if (this.#waiting.length === 1 || this.#waiting[0] !== "") return;
    this.#waiting.shift();
    await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    // What it held is written, or has been told of.
    await file?.close().catch(() => undefined);
  }

  /** Takes up what waits for the file. False if nothing is left to do. */
  #takeUp(): boolean {
    if (this.#rest.length > 0) return true;
    const [text = "", ...later] = this.#waiting;
    this.#rest = Buffer.from(text, "latin1");
    this.#waiting = ["", ...later];
    return text !== "" || later.length > 0;
  }

  #fail(error: unknown): void {
    if (!this.#isFailing) this.#report(error instanceof Error ? error : new Error(String(error)));
    this.#isFailing = true;
  }

  #succeed(): void {
    this.#isFailing = false;
    if (this.#lostLines === 0) return;
    const lines = this.#lostLines;
    this.#lostLines = 0;
    this.#report(new Error(`it is written again; lines lost: ${lines}`));
  }

  #report(error: Error): void {
    try {
      this.#onError(error);
    } catch {
      // A log that cannot be told of must not end the service.
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, accessLogRetryMs).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
