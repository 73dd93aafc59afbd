import assert from "node:assert/strict";
import { lifeTable, type LifeState } from "../../src/agent/life.js";
import { formatStatus, type AgentStatus } from "../../src/agent/status.js";

const status: AgentStatus = {
  state: "idle",
  reason: "",
  sinceMs: 0,
  waitsForHuman: false,
  trial: false,
  version: "1.0.0",
  release: undefined,
};

describe("a status as one line", () => {
  it("has a sentence of its own for every state", () => {
    const states = Object.keys(lifeTable) as LifeState[];
    const lines = states.map((state) => formatStatus({ ...status, state }));
    assert.equal(new Set(lines).size, states.length);
    for (const line of lines) assert.match(line, /^1\.0\.0 [a-zA-Z][^\n]*$/);
  });

  it("tells the version, whether it is on trial, and why", () => {
    const line = formatStatus({ ...status, trial: true, reason: "because" });
    assert.equal(line, "1.0.0 (on trial) up to date: because");
  });

  it("tells where it waits for a person, and only there", () => {
    for (const state of Object.keys(lifeTable) as LifeState[]) {
      const waits = state === "refused" || state === "unidentified";
      const line = formatStatus({ ...status, state, waitsForHuman: waits });
      assert.equal(line.endsWith("[waits for a person]"), waits, state);
    }
  });
});
