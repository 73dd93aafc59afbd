// How long to wait before the next try: exponential, capped, with jitter, so that a fleet that lost
// its service together does not come back together (S-61).

import type { ResponseHead } from "../http/head-parser.js";
import { parseHttpDate } from "../http/http-date.js";
import { parseDecimal } from "../protocol/decimal.js";

/**
 * @param attempt failures in a row so far, 0 for the first wait
 * @param minimumMs wait after the first failure, before jitter
 * @param maximumMs cap, before jitter
 * @param random uniform in [0, 1)
 * @returns between half and one and a half of min(maximumMs, minimumMs * 2^attempt), in whole ms
 */
export function retryDelayMs(
  attempt: number,
  minimumMs: number,
  maximumMs: number,
  random: number,
): number {
  const doublings = Math.min(attempt, 30);
  const delayMs = Math.min(maximumMs, minimumMs * 2 ** doublings);
  return Math.round(delayMs * (0.5 + random));
}

/**
 * What `Retry-After` asks for (RFC 9110 section 10.2.3), as ms of at most `maximumMs`, or undefined.
 * A date is held against the answer's own `Date`: a device may have no calendar.
 */
export function retryAfterMs(
  { retryAfter, date }: Pick<ResponseHead, "retryAfter" | "date">,
  maximumMs: number,
): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = parseDecimal(retryAfter) ?? secondsUntil(retryAfter, date);
  return seconds === undefined ? undefined : Math.min(seconds * 1000, maximumMs);
}

function secondsUntil(retryAfter: string, date: string | undefined): number | undefined {
  const until = parseHttpDate(retryAfter);
  const now = date === undefined ? undefined : parseHttpDate(date);
  return until === undefined || now === undefined ? undefined : Math.max(0, until - now);
}
