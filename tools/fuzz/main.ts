// Searches for inputs that the parsers cannot take, for as long as is wished, and prints what was
// tried. `npm run fuzz -- --help`.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { Fuzzer, type SearchResult } from "./fuzzer.js";
import type { Target } from "./target.js";
import { openSubject, readCorpus, targets, writeCorpus } from "./workshop.js";

const help = `Usage: npm run fuzz -- [options]

Searches for inputs on which a parser fails, guided by coverage, from the corpus in tools/fuzz/corpus.

  --target NAME    one of ${targets.map(({ name }) => name).join(", ")}; default: all
  --seconds N      for each target (default: 60)
  --seed N         of the search (default: 1)
  --keep           keeps in the repository what is needed to see all that was seen
  --replay FILE    runs one input of --target, and nothing else
  --input BASE64   the same, with the input itself
  --help

Exit code 1: an input failed; it is kept in build/fuzz and told with the command that replays it.
`;

const { values } = parseArgs({
  options: {
    target: { type: "string" },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
    replay: { type: "string" },
    input: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    stdout.write(help);
    return 0;
  }
  const chosen = targets.filter(({ name }) => name === (values.target ?? name));
  const [first] = chosen;
  if (first === undefined) return refuse(`no target ${values.target ?? ""}`);
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!(seconds > 0) || !Number.isInteger(seed)) return refuse("--seconds and --seed are numbers");
  const input =
    values.replay === undefined
      ? values.input && Buffer.from(values.input, "base64")
      : readFileSync(values.replay);
  if (input !== undefined && input !== "") return replay(first, new Uint8Array(input));
  stdout.write("target              runs   runs/s  features  corpus  seconds\n");
  let failures = 0;
  for (const target of chosen) failures += await search(target, seconds, seed);
  return failures === 0 ? 0 : 1;
}

/** Lets through what the check throws. */
async function replay(target: Target, input: Uint8Array): Promise<number> {
  const { check } = await openSubject(target);
  check(input);
  stdout.write("nothing failed\n");
  return 0;
}

async function search(target: Target, secondsMax: number, seed: number): Promise<number> {
  const subject = await openSubject(target);
  const corpus = readCorpus(target);
  const result = new Fuzzer(subject, {
    seed,
    corpus,
    runsMax: Infinity,
    secondsMax,
    onProgress: (soFar) => {
      if (stderr.isTTY) stderr.write(`\r${rowOf(target, soFar)}`);
    },
  }).run();
  if (stderr.isTTY) stderr.write("\r");
  stdout.write(`${rowOf(target, result)}\n`);
  if (values.keep) await writeCorpus(target, [...corpus, ...result.corpus]);
  if (result.failure === undefined) return 0;
  const { input, error } = result.failure;
  const path = join("build", "fuzz", `${target.name}-${nameOf(input)}`);
  mkdirSync(join("build", "fuzz"), { recursive: true });
  writeFileSync(path, input);
  stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  stdout.write(`replay: npm run fuzz -- --target ${target.name} --replay ${path}\n`);
  return 1;
}

function nameOf(input: Uint8Array): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 16);
}

function rowOf(target: Target, { runs, seconds, features, corpus }: SearchResult): string {
  const numbers = [runs, Math.round(runs / seconds), features, corpus.length, Math.round(seconds)];
  const widths = [10, 9, 10, 8, 9];
  const cells = numbers.map((number, index) => String(number).padStart(widths[index] ?? 0));
  return target.name.padEnd(14) + cells.join("");
}

function refuse(problem: string): number {
  stderr.write(`${problem}; see --help\n`);
  return 2;
}

process.exitCode = await main();
