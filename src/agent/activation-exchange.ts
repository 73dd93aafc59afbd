// Asking for the CIK (procedure 64) and what each answer means. Never pipelined, never repeated by
// the connection on its own: the service gives a CIK out once.

import type { HttpRequest } from "../http/request-writer.js";
import type { ResponseHead } from "../http/head-parser.js";
import { cikCharacters } from "../protocol/limits.js";
import { readCik } from "../protocol/paths.js";
import { failedAnswer, problemOfFailure, type ContactProblem } from "./contact.js";
import type { ConnectionFailure, Exchange } from "./exchange.js";

/** A CIK with a line end after it, which some servers send. */
const bodyBytesMax = cikCharacters + 2;

/** Why there is no CIK yet, in words for the person who can change it. */
const activationReasons = Object.freeze({
  unknown: "the service does not know this vendor, model or serial (404): register the serial",
  notEnabled:
    "the serial is not enabled, its window is over, or it was activated before and the answer " +
    "was lost (409): enable it again",
});

export class ActivationExchange implements Exchange {
  readonly request: HttpRequest;
  readonly pipelined = false;
  readonly #onDone: (outcome: { readonly cik: string } | ContactProblem) => void;
  #problem: ContactProblem | undefined;
  #head: ResponseHead | undefined;
  #body = "";

  constructor(
    request: HttpRequest,
    onDone: (outcome: { readonly cik: string } | ContactProblem) => void,
  ) {
    this.request = request;
    this.#onDone = onDone;
  }

  onHead(head: ResponseHead): void {
    this.#head = head;
    this.#problem = problemOfActivation(head);
  }

  onBody(bytes: Uint8Array): void {
    if (this.#problem !== undefined) return;
    for (const byte of bytes) {
      if (this.#body.length > bodyBytesMax) return; // Too long to be a CIK: told at the end.
      this.#body += String.fromCharCode(byte);
    }
  }

  onEnd(): void {
    if (this.#problem !== undefined || this.#head === undefined) {
      this.#onDone(this.#problem ?? { kind: "failed", reason: "an answer without a head" });
      return;
    }
    const cik = readCik(this.#body);
    this.#body = "";
    this.#onDone(cik === undefined ? failedAnswer("the answer is not a CIK", this.#head) : { cik });
  }

  onFailure(failure: ConnectionFailure): void {
    this.#onDone(problemOfFailure(failure));
  }
}

function problemOfActivation(head: ResponseHead): ContactProblem | undefined {
  switch (head.status) {
    case 200:
      return undefined;
    case 404:
      return { kind: "refused", reason: activationReasons.unknown };
    case 409:
      return { kind: "refused", reason: activationReasons.notEnabled };
    default:
      return failedAnswer(`the service answered ${String(head.status)} to the activation`, head);
  }
}
