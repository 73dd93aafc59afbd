// A request whose answer is a few CSV rows (the list of contents, the info of one), read as a
// stream: no answer is ever held as a whole.

import type { HttpRequest } from "../http/request-writer.js";
import type { ResponseHead } from "../http/head-parser.js";
import { RowReader } from "../protocol/csv.js";
import { failedAnswer, problemOfFailure, problemOfHead, type ContactProblem } from "./contact.js";
import type { ConnectionFailure, Exchange } from "./exchange.js";

/** What came of asking for rows. */
export interface RowsOutcome {
  readonly problem: ContactProblem | undefined;
  /** The answer was said to be rows: one that is empty and of no type may be anybody's. */
  readonly isTyped: boolean;
  /** Rows that could not be read. */
  readonly badRows: number;
}

export class RowsExchange implements Exchange {
  readonly request: HttpRequest;
  readonly pipelined = true;
  readonly #onRow: (fields: readonly string[]) => void;
  readonly #onDone: (outcome: RowsOutcome) => void;
  readonly #rows = new RowReader({ badRow: "skip", dropsByteOrderMark: true });
  #problem: ContactProblem | undefined;
  #isTyped = false;

  /** `onDone` is called once. */
  constructor(
    request: HttpRequest,
    onRow: (fields: readonly string[]) => void,
    onDone: (outcome: RowsOutcome) => void,
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
    const badRows = this.#rows.skipped;
    this.#onDone({ problem: this.#problem, isTyped: this.#isTyped, badRows });
  }

  onFailure(failure: ConnectionFailure): void {
    this.#onDone({ problem: problemOfFailure(failure), isTyped: false, badRows: 0 });
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
