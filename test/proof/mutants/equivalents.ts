// Mutants of the agent's writes (write-mutants.ts) that no life can tell from the agent, each with
// the reason. An entry whose mutant is gone, or is caught after all, fails the run.

export const equivalents: Readonly<Record<string, string>> = {
  'src/agent/slots/slots.ts: beginDownload moves progress.forget() behind this.#records.forget("armed")':
    "no claim counts before its sectors are read back, so one that outlives `armed` costs nothing",
  'src/agent/slots/slots.ts: beginDownload moves this.#records.forget("armed") behind this.#otadata.forgetIdleSlot()':
    "the slot is whole until its first erase: the boot arms it again, and the recheck ends that",
};
