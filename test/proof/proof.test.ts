// The proof's share of the tests: every single cut of every life, every pair of cuts of the reduced
// one, the matrix of activation, and the controls. `PROOF_SEED=n` draws other sequences.

import assert from "node:assert/strict";
import { env, stdout } from "node:process";
import { runControls } from "./mutants/controls.js";
import { invariants, type Invariant } from "./lives/invariants.js";
import { shortPlans } from "./plan.js";
import { runPlans } from "./pool.js";
import { totalPoints } from "./report/report.js";
import { format } from "./report/table.js";

/** An idle machine with two cores takes a sixth of it. */
const timeoutMs = 30 * 60_000;

describe("the proof", () => {
  it("finds no cut of a life, and no two of the reduced one, that costs anything", async function () {
    this.timeout(timeoutMs);
    const report = await runPlans(shortPlans(Number(env["PROOF_SEED"] ?? 1)));
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
