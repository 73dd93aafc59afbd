// Mutants of the agent's writes (write-mutants.ts) that no life can tell from the agent, each with
// the reason. An entry whose mutant is gone, or is caught after all, fails the run.

export const equivalents: Readonly<Record<string, string>> = {};
