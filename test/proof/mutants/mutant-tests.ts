// Runs files of tests against the mutant of the environment: `mutant-tests.js FILE...`. Mocha's own
// command would load them by `require`, which knows nothing of module hooks.

import { argv, exit, stdout } from "node:process";
import Mocha from "mocha";
import { loadMutant } from "./mutant-loader.js";

/** A reporter that reports nothing. */
class Silence extends Mocha.reporters.Base {}

loadMutant();
const mocha = new Mocha({ bail: true, timeout: 60_000, reporter: Silence });
mocha.suite.emit("pre-require", globalThis, "", mocha);
for (const file of argv.slice(2)) await import(file);
const runner = mocha.run((failures) => {
  exit(failures === 0 ? 0 : 1);
});
runner.on("fail", (test, error: Error) => {
  stdout.write(`caught: ${test.fullTitle()}: ${error.message.split("\n")[0] ?? ""}\n`);
});
