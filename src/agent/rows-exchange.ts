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
  readonly #onDone: (problem: ContactProblem | undefined, isTyped: boolean) => void;
  readonly #rows = new RowReader({ badRow: "skip" });
  #problem: ContactProblem | undefined;
  #isTyped = false;

  /**
   * `onDone` is called once, with what went wrong or undefined, and whether the answer was said to
   * be rows: one that is empty and of no type may be anybody's.
   */
  constructor(
    request: HttpRequest,
    onRow: (fields: readonly string[]) => void,
    onDone: (problem: ContactProblem | undefined, isTyped: boolean) => void,
  ) {
    this.request = request;
    this.#onRow = onRow;
    this.#onDone = onDone;
  }

  onHead(head: ResponseHead): void {
    this.#problem = problemOfHead(head);
    this.#isTyped = head.status === 200 && isCsv(head.contentType);
    if (this.#problem === undefined && !this.#isTyped && !isEmpty(head)) {
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
    this.#onDone(this.#problem, this.#isTyped);
  }

  onFailure(failure: ConnectionFailure): void {
    this.#onDone(problemOfFailure(failure), false);
  }

  #takeRows(): void {
    for (let row = this.#rows.next(); row !== undefined; row = this.#rows.next()) this.#onRow(row);
  }
}

function isCsv(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith("text/csv") === true;
}

/** An empty answer needs no type: it may be a 204, or a 200 of length 0. */
function isEmpty({ status, contentType, contentLength }: ResponseHead): boolean {
  return status === 204 || (status === 200 && contentType === undefined && contentLength === 0);
}
