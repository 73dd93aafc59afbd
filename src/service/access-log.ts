// The access log: a line per reply, in the Common Log Format that every log reader knows, with
// three more columns at the end.
//
//     127.0.0.1 - - [25/Nov/2026:20:10:00 +0000] "POST /provision/activate HTTP/1.1" 409 23 1.2 64 not-enabled
//                                                                     milliseconds --^   |      |
//                                                             procedure of the API's 70 --+      |
//                                           why it was refused (errors.ts), or what came out: - --+
//
// No line holds a key: keys are in header fields and bodies, which are not logged, and the tokens
// that some queries carry are left out (request.ts, `loggedTarget`).

import { createWriteStream, type WriteStream } from "node:fs";
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

/** A file that gets a line for each reply. */
export class AccessLog {
  readonly #path: string;
  readonly #onError: (error: Error) => void;
  #stream: WriteStream;

  /** Appends to `path`, made if it is not there. `onError`: told of a disk that takes no more. */
  constructor(path: string, onError: (error: Error) => void) {
    this.#path = path;
    this.#onError = onError;
    this.#stream = this.#open();
  }

  /** Appends the line of a reply that has just gone out. */
  write(record: ReplyRecord): void {
    this.#stream.write(accessLine(record, new Date()));
  }

  /** Goes on in a new file of the same name: the old one has been moved away. */
  reopen(): void {
    this.#stream.end();
    this.#stream = this.#open();
  }

  /** Resolves when all lines are with the kernel. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.once("close", resolve).end();
    });
  }

  #open(): WriteStream {
    return createWriteStream(this.#path, { flags: "a", mode: 0o640 }).on("error", this.#onError);
  }
}
