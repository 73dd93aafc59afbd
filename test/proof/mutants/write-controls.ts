// Runs the mutants of the agent's writes through lives alone, no test of a part among them.

import { availableParallelism } from "node:os";
import type { Grain } from "../cuts/cut.js";
import type { Plan } from "../plan.js";
import { runPlans } from "../pool.js";
import { seededRandom } from "../../../src/simulator/chip/seeded.js";
import { equivalents } from "./equivalents.js";
import { mutantEnvironment } from "./mutant-loader.js";
import { writeMutants, type WriteMutant } from "./write-mutants.js";

export interface WriteVerdict {
  readonly name: string;
  /** What did not hold, in the words of the first life that noticed. */
  readonly caughtBy: string | undefined;
  /** Why nothing can notice, from the table. */
  readonly equivalence: string | undefined;
}

/** The lives that catch most come first. */
const lives = [
  ...["reduced", "crash", "corrupt", "unfit", "unwell", "undecided", "restarts", "restarts-crash"],
  ...["silent", "second", "rekeyed", "crash-again", "decayed", "replaced", "reduced-left"],
  ...["second-left", "crash-again-left", "silent-left", "worn"],
];

/** Before each operation and half-way through: what is wrong is the order of whole writes. */
const grain: Grain = { borders: [], fineBytesMax: -1, eraseStep: 4096 };

const plans: readonly Plan[] = [
  // Without a cut, which shows many at once.
  ...lives.map((life): Plan => ({
    ...{ life, store: "own", kind: "steadily", stepBytes: Number.MAX_SAFE_INTEGER, shares: 1 },
  })),
  ...lives.map((life): Plan => ({ life, store: "own", kind: "singles", grain, shares: 1 })),
  { life: "crash", store: "own", kind: "sequences", seed: 1, lives: 100, cutsMax: 8, shares: 1 },
];

export interface WriteControlOptions {
  /** Only so many, drawn from this seed, none of them an equivalent. */
  readonly drawn?: { readonly count: number; readonly seed: number };
  /** Only those whose name has this in it. */
  readonly only?: string;
  onVerdict?(verdict: WriteVerdict): void;
}

export async function runWriteControls(options: WriteControlOptions = {}): Promise<WriteVerdict[]> {
  const { drawn, only = "" } = options;
  const all = writeMutants().filter(({ name }) => name.includes(only));
  const queue = drawn === undefined ? all : draw(all, drawn.count, drawn.seed);
  const verdicts: WriteVerdict[] = [];
  const runNext = async (): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const { name } = mutant;
      const verdict = { name, caughtBy: await catchMutant(mutant), equivalence: equivalents[name] };
      verdicts.push(verdict);
      options.onVerdict?.(verdict);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
  return verdicts;
}

/** A mutant is caught, or is equivalent, and never both. */
export function isAsItShouldBe({ caughtBy, equivalence }: WriteVerdict): boolean {
  return (caughtBy === undefined) === (equivalence !== undefined);
}

function draw(mutants: readonly WriteMutant[], count: number, seed: number): WriteMutant[] {
  const random = seededRandom(seed);
  const left = mutants.filter(({ name }) => equivalents[name] === undefined);
  const drawn: WriteMutant[] = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return drawn;
}

async function catchMutant({ file, source }: WriteMutant): Promise<string | undefined> {
  const environment = mutantEnvironment({ file, source });
  const { failures } = await runPlans(plans, { environment, workers: 1, stopsAtFailure: true });
  const [first] = failures;
  return first && `${first.message.split("\n")[0] ?? ""} (${first.replay})`;
}
