// The log: one line at a time, for people. Secrets never reach it.

/** Writes one line, without its line end. Must not throw. */
export type Log = (line: string) => void;
