// `npm run proof`: lives a million lives through power cuts and prints what came of it, or one life
// again. Exit code 0: all held and every control was caught; 1: not so; 2: bad arguments.

import { performance } from "node:perf_hooks";
import { argv, exit, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { runControls, type Verdict } from "./mutants/controls.js";
import { isAsItShouldBe, runWriteControls } from "./mutants/write-controls.js";
import { cutKinds } from "./cuts/cut.js";
import { invariants } from "./lives/invariants.js";
import { longPlans, shortPlans } from "./plan.js";
import { runPlans } from "./pool.js";
import { replay } from "./cuts/replay.js";
import { totalPoints, type Failure, type Report } from "./report/report.js";
import { align, format, formatControls, formatReport, formatWriteVerdict } from "./report/table.js";

const usage = `usage: npm run proof -- [options]

Cuts the power of a device at every place of its life, and of its life after the cut, and checks
what must hold: see docs/evidence/proof.md. Ctrl-C ends it early, with the table of what was lived.

  --short          what npm test lives
  --seed N         of the drawn sequences of cuts (1)
  --workers N      processes (one a core)
  --replay LIFE    lives one life again, as a failure prints it, and tells what happens
  --mutants        only the mutants made of the agent's writes: each is caught, or known to be alike
  --json           prints one object
  --help
`;

const failuresShown = 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      short: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      workers: { type: "string" },
      replay: { type: "string" },
      mutants: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    stdout.write(usage);
    return 0;
  }
  if (values.replay !== undefined)
    return replay(values.replay, (line) => stdout.write(`${line}\n`));
  if (values.mutants) return runMutants();
  const seed = count("seed", values.seed);
  const plans = values.short ? shortPlans(seed) : longPlans(seed);
  const startMs = performance.now();
  let told = 0;
  let isStopped = false;
  process.once("SIGINT", () => {
    isStopped = true;
    stderr.write("no more shares are begun; those at hand are finished\n");
  });
  const report = await runPlans(plans, {
    ...(values.workers !== undefined && { workers: count("workers", values.workers) }),
    isStopped: () => isStopped,
    onShare: (done, all, { failures, rows }) => {
      const points = rows.reduce((sum, row) => sum + row.points, 0);
      const line = `${done} of ${all} shares, ${format(points)} points, ${failures.length} failures`;
      if (stderr.isTTY) stderr.write(`\r${line} `);
      else if (done % 20 === 0) stderr.write(`${line}\n`);
      for (; told < Math.min(failures.length, failuresShown); told += 1) {
        stderr.write(`${formatFailure(failures[told])}\n`);
      }
    },
  });
  if (stderr.isTTY) stderr.write("\n");
  const verdicts = await runControls();
  const seconds = (performance.now() - startMs) / 1000;
  const uncaught = verdicts.filter(({ caughtBy }) => caughtBy === undefined);
  if (values.json) {
    const controls = verdicts.map(({ mutant: { name, what }, caughtBy }) => {
      return { name, what, caughtBy: caughtBy ?? null };
    });
    stdout.write(`${JSON.stringify({ ...report, controls, seconds }, undefined, 2)}\n`);
  } else {
    print(report, verdicts, seconds);
  }
  return report.failures.length + uncaught.length === 0 ? 0 : 1;
}

async function runMutants(): Promise<0 | 1> {
  const verdicts = await runWriteControls({
    onVerdict: (verdict) => stdout.write(`${formatWriteVerdict(verdict)}\n`),
  });
  const wrong = verdicts.filter((verdict) => !isAsItShouldBe(verdict));
  const caught = verdicts.filter(({ caughtBy }) => caughtBy !== undefined).length;
  const rows = [
    ["mutants of a write", format(verdicts.length)],
    ["caught by lives", format(caught)],
    ["alike, for a reason", format(verdicts.length - caught - wrong.length)],
    ["neither, or both", format(wrong.length)],
  ];
  stdout.write(`\n${align(rows)}\n`);
  return wrong.length === 0 ? 0 : 1;
}

function print(report: Report, verdicts: readonly Verdict[], seconds: number): void {
  stdout.write(`${formatReport(report)}\n\n${formatControls(verdicts)}\n\n`);
  const caught = verdicts.filter(({ caughtBy }) => caughtBy !== undefined).length;
  const lives = totalPoints(report) + report.journals;
  stdout.write(
    `${align([
      ["points", format(totalPoints(report))],
      ["kinds of cut", format(Object.keys(cutKinds).length)],
      ["cuts that fell", format(report.cuts)],
      ["lives", format(lives)],
      ["invariants", format(Object.keys(invariants).length)],
      ["violations", format(report.failures.length)],
      ["records that the library itself lost, at points", format(report.storeLosses)],
      ["of these, devices left without a name", format(report.stranded)],
      ["controls", format(verdicts.length)],
      ["controls caught", format(caught)],
      ["seconds of processor", format(Math.round(report.processorMs / 1000))],
      ["seconds", format(Math.round(seconds))],
    ])}\n`,
  );
  for (const failure of report.failures.slice(0, failuresShown)) {
    stdout.write(`${formatFailure(failure)}\n`);
  }
}

function formatFailure(failure: Failure | undefined): string {
  return failure === undefined ? "" : `${failure.message}\n    npm run proof -- ${failure.replay}`;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} takes a whole number, got "${text}"`);
}

try {
  exit(await main());
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  exit(2);
}
