// The proof's share over the packed program: the agent as the chip has it linked, with the proof's
// own code packed along. Of each plan a small part, so that it stays a matter of a minute.
// `PROOF_SEED=n` draws other sequences and other shares.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { env, stdout } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { forms, pack } from "../../tools/pack/pack.js";
import type * as Proof from "./plan.js";
import { blankReport, totalPoints } from "./report/report.js";
import { format } from "./report/table.js";

const seed = Number(env["PROOF_SEED"] ?? 1);
const planPath = fileURLToPath(new URL("./plan.js", import.meta.url));
const timeoutMs = 20 * 60_000;
/** Of a share of `npm test`, one part in so many. */
const partsPerShare = 16;

describe("the proof over the packed program", function () {
  this.timeout(timeoutMs);
  let folder: string;
  let packed: ReturnType<typeof pack>;

  before(() => {
    // Where the packages are found that it imports.
    const parent = fileURLToPath(new URL("../../packed", import.meta.url));
    mkdirSync(parent, { recursive: true });
    folder = mkdtempSync(join(parent, "proof-"));
    packed = pack(planPath);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const form of forms) {
    it(`finds no cut that costs anything, in ${form} form`, async () => {
      const path = join(folder, `${form}.mjs`);
      writeFileSync(path, packed[form]);
      const proof = (await import(pathToFileURL(path).href)) as typeof Proof;
      const report = blankReport();
      for (const plan of proof.shortPlans(seed)) {
        const parts = plan.shares * partsPerShare;
        const share = { index: seed % parts, of: parts };
        proof.runShare(plan, share, report, false);
      }
      const lines = report.failures.map(({ message, replay }) => {
        return `${message}\n    as it is written: npm run proof -- ${replay}`;
      });
      assert.equal(lines.length, 0, lines.slice(0, 10).join("\n"));
      const points = totalPoints(report);
      assert.ok(points >= 1_000, `${points} points`);
      stdout.write(`\n    ${format(points)} points, ${format(report.cuts)} cuts\n`);
    });
  }
});
