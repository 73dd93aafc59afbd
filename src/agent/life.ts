// The life of a device as one transition table. Every state has one entry action, which the agent
// carries out; whatever comes of it is an input here. Pure: no time, no I/O, no context.
//
//   boot -> identity -> activated? -> list -> newer? -> info -> download -> verify -> recheck
//        -> restart -> (trial: list -> self-test -> confirmed) -> idle -> list ...
//
// Time-outs are inputs. What waits for a human is told by `waitsForHuman` below.

/** Where the device is in its life. One line each says what its entry action does. */
export type LifeState =
  /** Nothing runs. */
  | "stopped"
  /** Reads identity and what the last boot left to decide. */
  | "identifying"
  /** The factory's keys are missing: reads them again later. */
  | "unidentified"
  /** A confirmed image in the other slot lost its boot entry: checks it, writes the entry. */
  | "healing"
  /** Asks for the CIK. */
  | "activating"
  /** The service refused: asks again, slowly. */
  | "refused"
  /** Something failed: tries again, later each time. */
  | "backing-off"
  /** Reads the list of contents as a stream and keeps the best candidates. */
  | "listing"
  /** Runs the product's self-test of a trial image, then confirms it. */
  | "testing"
  /** Asks for the metadata of the best candidate. */
  | "inspecting"
  /** Fetches ranges into the idle slot. */
  | "downloading"
  /** Reads the slot back and compares digests. */
  | "verifying"
  /** Asks for the metadata once more: is it still the same release? */
  | "rechecking"
  /** Waits until the product allows a restart, then switches slots. */
  | "restarting"
  /** A trial failed: records why and gives the old image its place back. */
  | "reverting"
  /** The reset has been asked for; nothing more happens in this boot. */
  | "restarted"
  /** Up to date: asks again after the poll interval. */
  | "idle";

export type LifeInput =
  | "start"
  | "stop"
  /** Identity is complete and a CIK is held (after boot, a pause, a trial). */
  | "activated"
  /** Identity is complete, no CIK is held (after boot, a pause, a trial). */
  | "unactivated"
  | "unidentified"
  | "heal"
  /** A verified image waits in the idle slot for one more trial. */
  | "armed"
  | "refused"
  | "failed"
  | "unauthorized"
  /** A trial image reached the service: asked with its key, it listed the contents. */
  | "reached"
  | "test-failed"
  | "trial-expired"
  | "candidate"
  | "nothing-new"
  | "suitable"
  | "downloaded"
  | "verified"
  | "unchanged"
  /** The release is not what it was, or was rejected: choose anew. */
  | "changed"
  | "wake"
  | "reset";

/** Tells the life of the device what came of something. */
export type Report = (input: LifeInput, reason?: string) => void;

type Row = Readonly<Partial<Record<LifeInput, LifeState>>>;

/** The chip keeps the table in flash, read-only: what is not frozen would cost RAM. */
function row(transitions: Row): Row {
  return Object.freeze(transitions);
}

const contacting = row({
  unauthorized: "activating",
  refused: "refused",
  failed: "backing-off",
  changed: "backing-off",
  "trial-expired": "reverting",
});

const waiting = row({
  activated: "listing",
  unactivated: "activating",
  "trial-expired": "reverting",
});

export const lifeTable: Readonly<Record<LifeState, Row>> = Object.freeze({
  stopped: row({ start: "identifying" }),
  identifying: row({
    unidentified: "unidentified",
    heal: "healing",
    failed: "backing-off",
    activated: "listing",
    unactivated: "activating",
  }),
  unidentified: row({ wake: "identifying", "trial-expired": "reverting" }),
  healing: row({
    reset: "restarted",
    failed: "backing-off",
    activated: "listing",
    unactivated: "activating",
  }),
  activating: row({ ...contacting, activated: "listing" }),
  refused: waiting,
  "backing-off": row({ ...waiting, wake: "identifying" }),
  listing: row({
    ...contacting,
    reached: "testing",
    armed: "rechecking",
    candidate: "inspecting",
    "nothing-new": "idle",
  }),
  testing: row({
    activated: "listing",
    failed: "backing-off",
    "test-failed": "reverting",
    "trial-expired": "reverting",
  }),
  inspecting: row({
    ...contacting,
    suitable: "downloading",
    candidate: "inspecting",
    "nothing-new": "idle",
  }),
  downloading: row({
    ...contacting,
    downloaded: "verifying",
    changed: "listing",
    candidate: "inspecting",
  }),
  verifying: row({
    verified: "rechecking",
    changed: "listing",
    candidate: "inspecting",
    refused: "refused",
    failed: "backing-off",
  }),
  rechecking: row({
    ...contacting,
    unchanged: "restarting",
    changed: "listing",
    candidate: "inspecting",
  }),
  restarting: row({ wake: "restarting", reset: "restarted", failed: "backing-off" }),
  reverting: row({ reset: "restarted", failed: "backing-off" }),
  restarted: row({}),
  idle: waiting,
});

/** The next state, or undefined if the input means nothing in this state. */
export function nextLifeState(state: LifeState, input: LifeInput): LifeState | undefined {
  if (input === "stop") return state === "restarted" ? undefined : "stopped";
  return lifeTable[state][input];
}

/** True where nothing but a person (at the factory, or the vendor's console) moves the device on. */
export function waitsForHuman(state: LifeState): boolean {
  return state === "unidentified" || state === "refused";
}
