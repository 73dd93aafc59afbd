// What may come of asking the service something, the same for every procedure: an answer, or one
// of four problems, which the life of the device tells apart.

import type { ResponseHead } from "../http/head-parser.js";
import { retryAfterMs } from "./back-off.js";
import type { ConnectionFailure } from "./exchange.js";
import { retryDelayMsMax } from "./limits.js";

/** The network, the service or the flash; later it may work. */
export interface Failure {
  readonly kind: "failed";
  readonly reason: string;
  readonly retryAfterMs?: number;
}

export type ContactProblem =
  /** 401: the key is not good (any more). */
  | { readonly kind: "unauthorized"; readonly reason: string }
  /** Only the vendor can change that answer. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The content is gone, or is another one now. */
  | { readonly kind: "changed"; readonly reason: string }
  | Failure;

export function problemOfFailure(failure: ConnectionFailure): ContactProblem {
  return { kind: "failed", reason: `${failure.kind}: ${failure.message}` };
}

/** Characters of a field that a reason quotes. */
const quotedCharactersMax = 100;

/**
 * What an answer means for any request with a CIK, by its status and its content coding; undefined
 * for a success that came as it was sent.
 */
export function problemOfHead(head: ResponseHead): ContactProblem | undefined {
  const { status } = head;
  if (status >= 200 && status < 300) return problemOfCoding(head);
  const reason = describeStatus(head);
  switch (status) {
    case 401:
      return { kind: "unauthorized", reason: `${reason}: it does not know the key` };
    case 403:
      return { kind: "refused", reason: `${reason}: this device may not have this content` };
    case 404:
      return { kind: "changed", reason: `${reason}: there is no such content` };
    case 416:
      return { kind: "changed", reason: `${reason}: the content has no such bytes` };
    default:
      return failedAnswer(reason, head);
  }
}

/** A content coding was not asked for: something on the way compressed the answer. */
export function problemOfCoding(head: ResponseHead): Failure | undefined {
  if (head.contentCoding === undefined) return undefined;
  const coding = quoted(head.contentCoding);
  return failedAnswer(`the answer is compressed (Content-Encoding: ${coding})`, head);
}

/** An error status in words; a redirect tells where to. */
export function describeStatus({ status, location }: ResponseHead): string {
  const reason = `the service answered ${status}`;
  const isRedirect = status >= 300 && status < 400 && location !== undefined;
  return isRedirect ? `${reason}, a redirect to ${quoted(location)}` : reason;
}

/** A problem that passes, with the wait the service asked for. */
export function failedAnswer(reason: string, head: ResponseHead): Failure {
  const delayMs = retryAfterMs(head, retryDelayMsMax);
  return { kind: "failed", reason, ...(delayMs !== undefined && { retryAfterMs: delayMs }) };
}

/** What somebody else wrote, short enough for a status. */
function quoted(text: string): string {
  return text.length <= quotedCharactersMax ? text : `${text.slice(0, quotedCharactersMax)}...`;
}
