// One process of a run of the tests: loads the test files of one job into mocha, runs them one
// after the other, and reports each result to its parent. What tests print, and failures in full,
// go to standard output.

import Mocha from "mocha";
import { argv, exit, stdout } from "node:process";
import { forbidWaiting } from "./guard.js";

/** A message of a lane to its parent. */
export interface LaneResult {
  readonly result: "passed" | "failed" | "skipped";
}

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  Mocha.Runner.constants;
const timeoutMs = 20_000;

/** Prints failures only: the parent counts and shows progress. */
class LaneReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const report = (result: LaneResult["result"]) => () => process.send?.({ result });
    runner.on(EVENT_TEST_PASS, report("passed"));
    runner.on(EVENT_TEST_FAIL, report("failed"));
    runner.on(EVENT_TEST_PENDING, report("skipped"));
    runner.once(EVENT_RUN_END, () => {
      if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
    });
  }
}

async function main([tier, ...files]: readonly string[]): Promise<void> {
  if (tier === "fast") forbidWaiting();
  const mocha = new Mocha({ reporter: LaneReporter, timeout: timeoutMs });
  files.forEach((file) => mocha.addFile(file));
  await mocha.loadFilesAsync();
  mocha.run((failures) => {
    // What is written last still has to leave.
    stdout.write("", () => exit(failures === 0 ? 0 : 1));
  });
}

await main(argv.slice(2));
