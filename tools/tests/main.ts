// Runs tiers of the tests, as many processes at a time as there are cores, and closes with the line
// `N passed, N failed, N skipped`.

import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { exit, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { buildEngine } from "../../hosts/xs/build/build-engine.js";
import { EngineBuildError } from "../../hosts/xs/build/c-compiler.js";
import { beginCoverage, reportCoverage } from "./coverage.js";
import { planJobs } from "./job.js";
import { closingLine, runJob, type JobEnd } from "./run.js";
import { everyday, tiers, type TierName } from "./tier.js";

const usage = `usage: node build/tools/tests/main.js [--jobs N] [--coverage] [TIER ...]

Runs tiers of the tests; without a name ${everyday.join(", ")}.
${tiers.map(({ name, what }) => `  ${name.padEnd(9)} ${what}`).join("\n")}

--coverage  measure it, and fail below the bounds of .c8rc.json
--jobs N    processes at a time; default: one a core, here ${availableParallelism()}
Exit code 0: all passed. 1: a test failed. 2: the command line is wrong.
`;

interface Arguments {
  readonly names: readonly TierName[];
  readonly jobs: number;
  readonly isMeasured: boolean;
}

function readArguments(): Arguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      coverage: { type: "boolean" },
      help: { type: "boolean", short: "h" },
      jobs: { type: "string" },
    },
  });
  if (values.help === true) {
    stdout.write(usage);
    exit(0);
  }
  const jobs = Number(values.jobs ?? availableParallelism());
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error(`--jobs: expected 1 or more`);
  const known = tiers.map(({ name }) => name);
  const names = positionals.map((text) => {
    const name = known.find((tier) => tier === text);
    if (name === undefined) throw new Error(`no tier "${text}"; tiers are ${known.join(", ")}`);
    return name;
  });
  const isMeasured = values.coverage === true;
  return { names: names.length === 0 ? everyday : names, jobs, isMeasured };
}

function show({ job, counts, seconds, output }: JobEnd): void {
  const { passed, failed, skipped } = counts;
  const mark = failed === 0 ? "ok    " : "FAILED";
  const skips = skipped === 0 ? "" : `, ${skipped} skipped`;
  const title = `${job.tier}: ${job.title}`.padEnd(36);
  stdout.write(`${mark} ${title} ${String(passed).padStart(5)} passed${skips}, ${seconds} s\n`);
  if (output.trim() !== "") stdout.write(`${output.replaceAll(/^(?=.)/gm, "    ").trimEnd()}\n`);
}

/** Once and before all: two jobs that need the engine would both compile it. */
async function prepareEngine(): Promise<void> {
  try {
    await buildEngine({ log: (line) => stderr.write(`${line}\n`) });
  } catch (error) {
    if (!(error instanceof EngineBuildError) || error.kind === "compile-failed") throw error;
    stderr.write(`Tests of the simulated chip are skipped: ${error.message}\n`);
  }
}

async function main(): Promise<void> {
  const { names, jobs, isMeasured } = readArguments();
  if (isMeasured) beginCoverage();
  if (names.some((name) => name === "engine" || name === "package")) await prepareEngine();
  const queue = planJobs(resolve("test"), names);
  const compiled = join(resolve("build"), "test");
  const ends: JobEnd[] = [];
  const next = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const end = await runJob(job, compiled);
      ends.push(end);
      show(end);
    }
  };
  await Promise.all(Array.from({ length: jobs }, next));
  const isCovered = !isMeasured || reportCoverage();
  stdout.write(`\n${closingLine(ends)}\n`);
  exit(isCovered && ends.every(({ counts }) => counts.failed === 0) ? 0 : 1);
}

try {
  await main();
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  exit(2);
}
