// The boot decision as a table: one row per case that a power cut, a crash or a silence can leave.

import assert from "node:assert/strict";
import { decideAtBoot, type BootDecision, type BootFacts } from "../../../src/agent/slots/trial.js";

const trialsMax = 8;
const silentMax = 2;

const ordinary: BootFacts = {
  slot: 0,
  resetReason: "power-on",
  runningEntry: "valid",
  idleEntry: "none",
  armed: undefined,
  confirmedSlot: undefined,
  armedRejected: false,
  restartAsked: false,
};

const armedThere = { slot: 1, trials: 1, silentTrials: 0, endedSilent: false };
const armedHere = { ...armedThere, slot: 0 };

const rows: readonly [
  name: string,
  facts: Partial<BootFacts>,
  kind: BootDecision["kind"],
  reason?: string,
][] = [
  ["nothing is open", {}, "ordinary"],
  ["an image on trial that nobody armed", { runningEntry: "pending-verify" }, "trial"],
  ["the same, by a boot loader that keeps no states", { runningEntry: "new" }, "trial"],
  ["the armed image runs", { armed: armedHere, runningEntry: "pending-verify" }, "trial"],
  [
    "the boot loader promoted the armed image unasked",
    { armed: armedHere, runningEntry: "valid" },
    "trial",
  ],
  ["a cut before the switch", { armed: { ...armedThere, trials: 0 } }, "rearm"],
  ["a cut while the boot loader marked the entry (W1)", { armed: armedThere }, "rearm"],
  [
    "a power cut during the trial",
    { armed: armedThere, idleEntry: "aborted", resetReason: "power-on" },
    "rearm",
  ],
  [
    "a brown-out during the trial",
    { armed: armedThere, idleEntry: "aborted", resetReason: "brown-out" },
    "rearm",
  ],
  [
    "a restart during the trial that was asked for",
    { armed: armedThere, idleEntry: "aborted", resetReason: "software", restartAsked: true },
    "rearm",
  ],
  [
    "an exception during the trial",
    { armed: armedThere, idleEntry: "aborted", resetReason: "software" },
    "reject",
    "crashed",
  ],
  [
    "a panic during the trial",
    { armed: armedThere, idleEntry: "aborted", resetReason: "panic" },
    "reject",
    "crashed",
  ],
  [
    "an unknown reset during the trial",
    { armed: armedThere, idleEntry: "aborted", resetReason: "unknown" },
    "reject",
    "crashed",
  ],
  [
    "a hang during the trial",
    { armed: armedThere, idleEntry: "aborted", resetReason: "watchdog" },
    "reject",
    "hung",
  ],
  [
    "too many power cuts",
    { armed: { ...armedThere, trials: trialsMax }, idleEntry: "aborted" },
    "reject",
    "trials-exhausted",
  ],
  [
    "a first silence",
    {
      armed: { ...armedThere, silentTrials: 1, endedSilent: true },
      idleEntry: "aborted",
      resetReason: "software",
    },
    "rearm",
  ],
  [
    "a second silence",
    {
      armed: { ...armedThere, silentTrials: 2, endedSilent: true },
      idleEntry: "aborted",
      resetReason: "software",
    },
    "reject",
    "never-reached-service",
  ],
  [
    "the image marked itself as bad",
    { armed: armedThere, idleEntry: "invalid" },
    "reject",
    "rolled-back",
  ],
  [
    "a cut after it was rejected, whatever the power made of the cause",
    { armed: armedThere, armedRejected: true, idleEntry: "aborted", resetReason: "power-on" },
    "finish-rejection",
  ],
  [
    "the boot loader would not start it",
    { armed: armedThere, idleEntry: "pending-verify" },
    "reject",
    "refused-by-boot-loader",
  ],
  [
    "a cut between confirmation and its entry, new image runs",
    { armed: armedHere, confirmedSlot: 0, runningEntry: "pending-verify" },
    "finish-confirmation",
  ],
  [
    "a cut while the confirmation's entry was rewritten (W2)",
    { armed: armedThere, confirmedSlot: 1, idleEntry: "none" },
    "heal",
  ],
  [
    "the same, seen as aborted",
    { armed: armedThere, confirmedSlot: 1, idleEntry: "aborted", resetReason: "panic" },
    "heal",
  ],
  [
    "the confirmed image has its entry and does not start",
    { armed: armedThere, confirmedSlot: 1, idleEntry: "valid" },
    "reject",
    "refused-by-boot-loader",
  ],
];

describe("boot decision", () => {
  for (const [name, facts, kind, reason] of rows) {
    it(`${name}: ${kind}${reason === undefined ? "" : ` (${reason})`}`, () => {
      const expected = reason === undefined ? { kind } : { kind, reason };
      assert.deepEqual(decideAtBoot({ ...ordinary, ...facts }, trialsMax, silentMax), expected);
    });
  }

  it("arms again a bounded number of times, whatever the power does", () => {
    let trials = 1;
    for (; trials < 100; trials += 1) {
      const facts = {
        ...ordinary,
        armed: { ...armedThere, trials },
        idleEntry: "aborted" as const,
      };
      if (decideAtBoot(facts, trialsMax, silentMax).kind === "reject") break;
    }
    assert.equal(trials, trialsMax);
  });
});
