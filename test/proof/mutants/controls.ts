// Runs the mutants and tells which are caught, and by what.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { env, execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { mutantEnvironment } from "./mutant-loader.js";
import { mutants, type Mutant } from "./mutants.js";
import type { Plan } from "../plan.js";
import { runPlans } from "../pool.js";

export interface Verdict {
  readonly mutant: Mutant;
  /** What did not hold, in the words of the first that noticed; undefined: it was not caught. */
  readonly caughtBy: string | undefined;
}

/** Rejects if a mutant cannot be made: its place in the code is not there any more. */
export async function runControls(onVerdict?: (verdict: Verdict) => void): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const queue = [...mutants];
  const runNext = async (): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const verdict = { mutant, caughtBy: await catchMutant(mutant) };
      verdicts.push(verdict);
      onVerdict?.(verdict);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
  return verdicts;
}

async function catchMutant(mutant: Mutant): Promise<string | undefined> {
  const environment = mutantEnvironment(mutant);
  const { catchers } = mutant;
  if (isTests(catchers)) return runTests(catchers, environment);
  const options = { environment, workers: 1, stopsAtFailure: true };
  const { failures } = await runPlans(catchers, options);
  const [first] = failures;
  return first && `${first.message.split("\n")[0] ?? ""} (${first.replay})`;
}

function isTests(catchers: readonly Plan[] | readonly string[]): catchers is readonly string[] {
  return typeof catchers[0] === "string";
}

/** The first test that fails, or undefined if all pass. */
function runTests(
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const runner = fileURLToPath(new URL("./mutant-tests.js", import.meta.url));
  const urls = files.map((file) => new URL(`../../../${file}`, import.meta.url).href);
  const child = spawn(execPath, [runner, ...urls], {
    env: { ...env, NODE_V8_COVERAGE: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const caught = /^caught: (.+)$/m.exec(output)?.[1];
      if (code === 0) resolve(undefined);
      else if (caught !== undefined) resolve(caught);
      else reject(new Error(`the tests did not run: ${output.slice(-2000)}`));
    });
  });
}
