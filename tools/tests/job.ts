// Cuts tiers into jobs, each of which runs in a process of its own.

import { basename, dirname } from "node:path";
import { testFiles, type TierName } from "./tier.js";

export interface Job {
  readonly tier: TierName;
  /** For the line that reports it: a folder, or a file that takes long. */
  readonly title: string;
  /** Below the folder of the tests, without ending. */
  readonly files: readonly string[];
}

/**
 * Files that take longest here, the longest first: each is a job of its own, so that they run
 * beside the rest. A name that is gone does no harm.
 */
const slow: readonly string[] = [
  "proof/proof.test",
  "cli/simulate.test",
  "cli/new.test",
  "hosts/xs/engine-lives.test",
  "service/kill.test",
  "tools/fuzz/fuzz.test",
  "cli/management.test",
  "cli/factory.test",
];

/** The jobs of `names`, those that take longest first. `folder`: the sources of the tests. */
export function planJobs(folder: string, names: readonly TierName[]): Job[] {
  const alone: Job[] = [];
  const together: Job[] = [];
  for (const tier of names) {
    const groups = new Map<string, string[]>();
    for (const file of testFiles(folder, tier)) {
      if (slow.includes(file)) {
        alone.push({ tier, title: basename(file), files: [file] });
        continue;
      }
      const title = tier === "fast" ? topOf(file) : dirname(file);
      groups.set(title, [...(groups.get(title) ?? []), file]);
    }
    together.push(...[...groups].map(([title, files]) => ({ tier, title, files })));
  }
  const place = ({ files: [file = ""] }: Job): number => slow.indexOf(file);
  return [...alone.sort((one, other) => place(one) - place(other)), ...together];
}

function topOf(file: string): string {
  return file.split("/", 1)[0] ?? file;
}
