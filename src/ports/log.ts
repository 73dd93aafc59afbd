// The log: one line at a time, for people. Secrets never reach it.

export type Log = (line: string) => void;
