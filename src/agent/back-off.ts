// How long to wait before the next try: exponential, capped, with jitter, so that a fleet that lost
// its service together does not come back together (S-61).

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

/** `Retry-After` in seconds (RFC 9110 section 10.2.3), as ms, or undefined. Dates are not read: a
 *  device may have no calendar. */
export function retryAfterMs(value: string | undefined, maximumMs: number): number | undefined {
  const seconds = value === undefined ? undefined : parseDecimal(value);
  return seconds === undefined ? undefined : Math.min(seconds * 1000, maximumMs);
}
