// Randomness for jitter; not for keys.

/** A number in [0, 1), uniform. */
export type Random = () => number;
