// The proof's share of the tests: every single cut of every life, every pair of cuts of the reduced
// one, the matrix of activation, and the controls. `PROOF_SEED=n` draws other sequences.

import assert from "node:assert/strict";
import { env, stdout } from "node:process";
import { scenarios } from "./lives/scenario.js";
import { OldAgent } from "./lives/old-agent.js";
import { runControls } from "./mutants/controls.js";
import { equivalents } from "./mutants/equivalents.js";
import { isAsItShouldBe, runWriteControls } from "./mutants/write-controls.js";
import { writeMutants } from "./mutants/write-mutants.js";
import { invariants, type Invariant } from "./lives/invariants.js";
import { shortPlans } from "./plan.js";
import { runPlans } from "./pool.js";
import { totalPoints } from "./report/report.js";
import { format } from "./report/table.js";

/** An idle machine with two cores takes a sixth of it. */
const timeoutMs = 30 * 60_000;

const seed = Number(env["PROOF_SEED"] ?? 1);

describe("the proof", () => {
  it("finds no cut of a life, and no two of the reduced one, that costs anything", async function () {
    this.timeout(timeoutMs);
    const report = await runPlans(shortPlans(seed));
    const lines = report.failures.map(({ message, replay }) => {
      return `${message}\n    npm run proof -- ${replay}`;
    });
    assert.equal(lines.length, 0, lines.slice(0, 10).join("\n"));
    const names = Object.keys(invariants) as Invariant[];
    const unseen = names.filter((name) => report.tally[name] === 0);
    assert.deepEqual(unseen, [], "invariants that were never looked at");
    const points = totalPoints(report);
    assert.ok(points >= 100_000, `${points} points`);
    stdout.write(
      `\n    ${format(points)} points, ${format(report.cuts)} cuts, none of them lost\n`,
    );
  });

  it("lives with the agent of an older commit, as the old image and as the new one", function () {
    if (OldAgent === undefined) this.skip(); // The history here does not reach back to it.
    const names = scenarios.map(({ name }) => name);
    assert.ok(names.includes("reduced-from-old") && names.includes("reduced-to-old"));
  });

  it("catches mutants of the agent's writes, drawn from a seed", async function () {
    this.timeout(timeoutMs);
    const verdicts = await runWriteControls({ drawn: { count: 3, seed } });
    const wrong = verdicts.filter((verdict) => !isAsItShouldBe(verdict));
    assert.deepEqual(wrong, [], `PROOF_SEED=${seed}; all of them: npm run proof -- --mutants`);
  });

  it("still has each mutant that it calls alike", function () {
    this.timeout(timeoutMs);
    const names = writeMutants().map(({ name }) => name);
    const gone = Object.keys(equivalents).filter((name) => !names.includes(name));
    assert.deepEqual(gone, []);
  });

  it("catches every control", async function () {
    this.timeout(timeoutMs);
    const verdicts = await runControls();
    const uncaught = verdicts.filter(({ caughtBy }) => caughtBy === undefined);
    assert.ok(verdicts.length >= 12);
    assert.deepEqual(
      uncaught.map(({ mutant }) => `${mutant.name}: ${mutant.what}`),
      [],
    );
  });
});
