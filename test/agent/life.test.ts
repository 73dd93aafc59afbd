// The transition table as a table: every row that must exist, and that no outcome of an entry
// action falls into a state that does not know it.

import assert from "node:assert/strict";
import {
  lifeTable,
  nextLifeState,
  waitsForHuman,
  type LifeInput,
  type LifeState,
} from "../../src/agent/life.js";

const rows: readonly [LifeState, LifeInput, LifeState][] = [
  ["stopped", "start", "identifying"],
  ["identifying", "unidentified", "unidentified"],
  ["identifying", "heal", "healing"],
  ["identifying", "failed", "backing-off"],
  ["identifying", "unactivated", "activating"],
  ["identifying", "activated", "listing"],
  ["unidentified", "wake", "identifying"],
  ["healing", "reset", "restarted"],
  ["healing", "failed", "backing-off"],
  ["healing", "activated", "listing"],
  ["activating", "activated", "listing"],
  ["activating", "refused", "refused"],
  ["activating", "failed", "backing-off"],
  ["refused", "activated", "listing"],
  ["refused", "unactivated", "activating"],
  ["backing-off", "activated", "listing"],
  ["listing", "candidate", "inspecting"],
  ["listing", "nothing-new", "idle"],
  ["listing", "unauthorized", "activating"],
  ["listing", "reached", "testing"],
  ["listing", "armed", "rechecking"],
  ["inspecting", "suitable", "downloading"],
  ["inspecting", "candidate", "inspecting"],
  ["downloading", "downloaded", "verifying"],
  ["downloading", "changed", "listing"],
  ["verifying", "verified", "rechecking"],
  ["verifying", "changed", "listing"],
  ["rechecking", "unchanged", "restarting"],
  ["rechecking", "changed", "listing"],
  ["restarting", "wake", "restarting"],
  ["restarting", "reset", "restarted"],
  ["testing", "activated", "listing"],
  ["testing", "failed", "backing-off"],
  ["testing", "test-failed", "reverting"],
  ["reverting", "reset", "restarted"],
  ["idle", "activated", "listing"],
];

/** What each entry action may report (agent.ts). */
const outcomes: Readonly<Partial<Record<LifeState, readonly LifeInput[]>>> = {
  identifying: ["unidentified", "heal", "failed", "activated", "unactivated"],
  healing: ["reset", "failed", "activated", "unactivated"],
  activating: ["activated", "unauthorized", "refused", "changed", "failed"],
  listing: [
    "reached",
    "armed",
    "candidate",
    "nothing-new",
    "unauthorized",
    "refused",
    "changed",
    "failed",
  ],
  inspecting: [
    "suitable",
    "candidate",
    "nothing-new",
    "unauthorized",
    "refused",
    "changed",
    "failed",
  ],
  downloading: ["downloaded", "unauthorized", "refused", "changed", "failed"],
  verifying: ["verified", "changed", "failed"],
  rechecking: ["unchanged", "unauthorized", "refused", "changed", "failed"],
  testing: ["activated", "failed", "test-failed"],
  restarting: ["wake", "reset", "failed"],
  reverting: ["reset", "failed"],
  refused: ["activated", "unactivated"],
  "backing-off": ["activated", "unactivated"],
  idle: ["activated", "unactivated"],
  unidentified: ["wake"],
};

/** States in which a trial image may be when its time is over. */
const trialStates: readonly LifeState[] = [
  "unidentified",
  "activating",
  "refused",
  "backing-off",
  "listing",
  "testing",
];

describe("life", () => {
  for (const [state, input, next] of rows) {
    it(`goes from ${state} on ${input} to ${next}`, () => {
      assert.equal(nextLifeState(state, input), next);
    });
  }

  it("has a way on for every outcome of every entry action", () => {
    for (const [state, inputs] of Object.entries(outcomes)) {
      for (const input of inputs) {
        assert.ok(lifeTable[state as LifeState][input], `${state} on ${input}`);
      }
    }
  });

  it("ends a trial from every state a trial image can be in", () => {
    for (const state of trialStates) assert.equal(lifeTable[state]["trial-expired"], "reverting");
  });

  it("stops from every state but the last", () => {
    for (const state of Object.keys(lifeTable) as LifeState[]) {
      const expected = state === "restarted" ? undefined : "stopped";
      assert.equal(nextLifeState(state, "stop"), expected);
    }
  });

  it("reaches every state from the start", () => {
    const reached = new Set<LifeState>(["stopped"]);
    for (const state of reached) {
      for (const next of Object.values(lifeTable[state])) reached.add(next);
    }
    assert.deepEqual([...reached].sort(), Object.keys(lifeTable).sort());
  });

  it("waits for a human only where nothing else helps", () => {
    const waiting = (Object.keys(lifeTable) as LifeState[]).filter(waitsForHuman);
    assert.deepEqual(waiting, ["unidentified", "refused"]);
  });
});
