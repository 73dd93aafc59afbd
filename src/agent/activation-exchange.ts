// Asking for the CIK (procedure 64) and what each answer means. Never pipelined, never repeated by
// the connection on its own: the service gives a CIK out once.

import type { HttpRequest } from "../http/request-writer.js";
import type { ResponseHead } from "../http/head-parser.js";
import { cikCharacters } from "../protocol/limits.js";
import { readCik } from "../protocol/paths.js";
import {
  describeStatus,
  failedAnswer,
  problemOfCoding,
  problemOfFailure,
  type ContactProblem,
} from "./contact.js";
import type { ConnectionFailure, Exchange } from "./exchange.js";

/** A CIK with a line end after it, which some servers send. */
const bodyBytesMax = cikCharacters + 2;

/** For whom a CIK is asked. */
export interface Applicant {
  readonly serial: string;
  readonly model: string;
  /** A CIK was asked for before, and nobody knows what became of it. */
  readonly mayBeActivated: boolean;
}

export type ActivationOutcome =
  | { readonly cik: string }
  | {
      readonly problem: ContactProblem;
      /** The service may have given a CIK out that did not come here. */
      readonly mayBeLost: boolean;
    };

export class ActivationExchange implements Exchange {
  readonly request: HttpRequest;
  readonly pipelined = false;
  readonly #applicant: Applicant;
  readonly #onDone: (outcome: ActivationOutcome) => void;
  #problem: ContactProblem | undefined;
  #head: ResponseHead | undefined;
  #body = "";

  constructor(
    request: HttpRequest,
    applicant: Applicant,
    onDone: (outcome: ActivationOutcome) => void,
  ) {
    this.request = request;
    this.#applicant = applicant;
    this.#onDone = onDone;
  }

  onHead(head: ResponseHead): void {
    this.#head = head;
    this.#problem = problemOfActivation(head, this.#applicant);
  }

  onBody(bytes: Uint8Array): void {
    if (this.#problem !== undefined) return;
    for (const byte of bytes) {
      if (this.#body.length > bodyBytesMax) return; // Too long to be a CIK: told at the end.
      this.#body += String.fromCharCode(byte);
    }
  }

  onEnd(): void {
    const head = this.#head;
    if (head === undefined) return; // A connection begins every answer with a head.
    const cik = this.#problem === undefined ? readCik(this.#body) : undefined;
    this.#body = "";
    if (cik === undefined) {
      const problem = this.#problem ?? failedAnswer("the answer is not a CIK", head);
      this.#onDone({ problem, mayBeLost: head.status === 200 || head.status >= 500 });
    } else this.#onDone({ cik });
  }

  onFailure(failure: ConnectionFailure): void {
    const isUnsent = failure.kind === "unresolved" || failure.kind === "unreachable";
    this.#onDone({ problem: problemOfFailure(failure), mayBeLost: !isUnsent });
  }
}

/** Why there is no CIK, in words for the person who can change it. */
function problemOfActivation(
  head: ResponseHead,
  { serial, model, mayBeActivated }: Applicant,
): ContactProblem | undefined {
  const subject = `serial ${serial} of model ${model}`;
  const conflict = mayBeActivated
    ? `the answer to an activation was lost, and with it the key (409): enable ${subject} again`
    : `the serial is not enabled, or its window is over (409): enable ${subject}`;
  switch (head.status) {
    case 200:
      return problemOfCoding(head);
    case 404:
      return {
        kind: "refused",
        reason: `the service does not know this vendor, model or serial (404): register ${subject}`,
      };
    case 409:
      return { kind: "refused", reason: conflict };
    default:
      return failedAnswer(`${describeStatus(head)} to the activation`, head);
  }
}
