// What must hold in every life, each with a name and a sentence; a tally of how often each was
// looked at, and the first thing that did not hold.

export const invariants = {
  "bootable slot": "whatever a cut leaves, the boot loader finds an image that may run",
  "verified bytes only": "what starts is whole, and the agent has read it back and found it right",
  "records old or new": "each record is as the last write left it, or the one in flight is new",
  "key kept": "a CIK whose write has returned is there at every boot after it",
  "key valid": "in the end the device holds the CIK that the service knows it by",
  "key asked for help":
    "the vendor is called only if power failed, or an answer was lost, meanwhile",
  "reason told": "a device that waits for the vendor says so, why, and what to do about it",
  "reason kept": "it says the same after a loss of power",
  "update not lost":
    "the release runs and is confirmed in the end, and is rejected only if power failed in eight trials",
  "decision kept": "an image whose confirmation is on record runs in the end",
  "confirmed on record first": "a confirmation is on record before the boot entry is touched",
  "confirmed for good": "a confirmed image is never on trial again",
  "trial ends alone": "a trial that nobody answers ends, and the old image runs",
  "decision told": "a boot that finds a trial interrupted, or a confirmation undone, says so",
  "bad image reverted": "an image that fails its trial does not run in the end, and is rejected",
  "cause told": "a rejection names what the image did, if no power failed",
  "rejected not fetched": "of a rejected release no byte is fetched again",
  "rejected not started": "a rejected release never starts again",
  "rejected not bootable": "in the end no slot that may be fallen back to holds a rejected image",
  "progress kept": "a download goes on from the sectors on record or later",
  "bytes bounded": "a cut costs at most one sector and one chunk fetched twice",
  "boots bounded": "a cut costs a bounded number of boots",
  "requests bounded": "a cut costs a bounded number of requests",
  "flash takes writes": "no write is refused for what a cut has left",
  "no crash": "the agent throws nothing that would reset the chip",
  "comes to an end": "the life comes to its end in bounded time and turns",
  settled: "in the end a boot changes nothing, and no record of an update is left open",
} as const;

export type Invariant = keyof typeof invariants;

export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: Invariant;

  constructor(invariant: Invariant, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

/** How often each invariant was looked at. */
export type Tally = Record<Invariant, number>;

export function blankTally(): Tally {
  const names = Object.keys(invariants) as Invariant[];
  return Object.fromEntries(names.map((name) => [name, 0])) as Tally;
}

export function addTally(sum: Tally, more: Readonly<Tally>): void {
  for (const name of Object.keys(sum) as Invariant[]) sum[name] += more[name];
}

/** Looks at invariants; remembers the first that does not hold. */
export class Watch {
  readonly tally: Tally;
  violation: Violation | undefined;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  /** `detail` is made only if it does not hold. */
  demand(invariant: Invariant, holds: boolean, detail: () => string): void {
    this.tally[invariant] += 1;
    if (!holds) this.violation ??= new Violation(invariant, detail());
  }
}
