// The parsers under inputs that a search guided by coverage makes of the corpus: a bounded one, the
// long one is `npm run fuzz`. A control for each: a fault planted where only some steps lead is found
// with coverage, and not, in as many runs, without.

import assert from "node:assert/strict";
import { Fuzzer, type SearchResult } from "../../../tools/fuzz/fuzzer.js";
import type { Target } from "../../../tools/fuzz/target.js";
import { openSubject, readCorpus, targets } from "../../../tools/fuzz/workshop.js";

const runsMax = 4000;
const controlRunsMax = 30_000;
const controlSeeds = [1, 2, 3];

async function searchPlant(target: Target, seed: number, guided: boolean, most: number) {
  const { plant } = target;
  const subject = await openSubject(target, plant);
  return new Fuzzer(subject, { seed, guided, corpus: [plant.from], runsMax: most }).run();
}

function messageOf({ failure }: SearchResult): string {
  if (failure === undefined) return "nothing";
  return failure.error instanceof Error ? failure.error.message : "no error";
}

describe("fuzzing", function () {
  this.timeout(120_000);
  const counts: string[] = [];

  after(() => {
    process.stdout.write(`    ${counts.join("\n    ")}\n`);
  });

  for (const target of targets) {
    it(`the ${target.name} holds, whatever comes`, async () => {
      const corpus = readCorpus(target);
      const result = new Fuzzer(await openSubject(target), { seed: 1, corpus, runsMax }).run();
      const { runs, features, failure } = result;
      counts.push(
        `fuzzed ${target.name}: ${runs} runs from ${corpus.length} inputs, ${features} features`,
      );
      if (failure !== undefined) {
        const input = Buffer.from(failure.input).toString("base64");
        const replay = `npm run fuzz -- --target ${target.name} --input ${input}`;
        throw new Error(replay, { cause: failure.error });
      }
      assert.equal(runs, runsMax);
      assert.ok(features > 100, `${features} features`);
    });

    it(`a fault planted in the ${target.name} is found by its coverage, and only so`, async () => {
      const found: string[] = [];
      for (const seed of controlSeeds) {
        const guided = await searchPlant(target, seed, true, controlRunsMax);
        const blind = await searchPlant(target, seed, false, guided.runs);
        found.push(`seed ${seed}: ${messageOf(guided)} in ${guided.runs}, ${messageOf(blind)}`);
        if (messageOf(guided) === "planted" && blind.failure === undefined) return;
      }
      assert.fail(found.join("; "));
    });
  }
});
