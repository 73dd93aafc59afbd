// A request whose answer is a few CSV rows (the list of contents, the info of one), read as a
// stream: no answer is ever held as a whole.

import type { HttpRequest } from "../http/request-writer.js";
import type { ResponseHead } from "../http/head-parser.js";
import { RowReader } from "../protocol/csv.js";
import { failedAnswer, problemOfFailure, problemOfHead, type ContactProblem } from "./contact.js";
import type { ConnectionFailure, Exchange } from "./exchange.js";

export class RowsExchange implements Exchange {
  readonly request: HttpRequest;
  readonly pipelined = true;
  readonly #onRow: (fields: readonly string[]) => void;
  readonly #onDone: (problem: ContactProblem | undefined) => void;
  readonly #rows = new RowReader({ badRow: "skip" });
  #problem: ContactProblem | undefined;

  /** `onDone` is called once, with what went wrong or undefined. */
  constructor(
    request: HttpRequest,
    onRow: (fields: readonly string[]) => void,
    onDone: (problem: ContactProblem | undefined) => void,
  ) {
    this.request = request;
    this.#onRow = onRow;
    this.#onDone = onDone;
  }

  onHead(head: ResponseHead): void {
    this.#problem = problemOfHead(head);
    if (this.#problem === undefined && !isRows(head)) {
      // A captive portal answers 200 to everything.
      this.#problem = failedAnswer("the answer is not text/csv: is this the service?", head);
    }
  }

  onBody(bytes: Uint8Array): void {
    if (this.#problem !== undefined) return;
    this.#rows.receive(bytes);
    this.#takeRows();
  }

  onEnd(): void {
    if (this.#problem === undefined) {
      this.#rows.receiveEnd();
      this.#takeRows();
    }
    this.#onDone(this.#problem);
  }

  onFailure(failure: ConnectionFailure): void {
    this.#onDone(problemOfFailure(failure));
  }

  #takeRows(): void {
    for (let row = this.#rows.next(); row !== undefined; row = this.#rows.next()) this.#onRow(row);
  }
}

/** An empty answer needs no type: it may be a 204, or a 200 of length 0. */
function isRows({ status, contentType, contentLength }: ResponseHead): boolean {
  if (status === 204) return true;
  if (status !== 200) return false;
  if (contentType === undefined) return contentLength === 0;
  return contentType.toLowerCase().startsWith("text/csv");
}
