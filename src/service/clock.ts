// The time of the service: an argument, so that tests can move it.

/** Milliseconds since 1970, as Date.now. */
export type Clock = () => number;

/** Unix seconds: what every stored and printed time is (S-42). */
export function nowSeconds(clock: Clock): number {
  return Math.floor(clock() / 1000);
}
