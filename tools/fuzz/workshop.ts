// Makes a target ready to be searched: an instrumented copy of the parsers, the checks on top of
// it, the corpus in the repository.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Coverage } from "./coverage.js";
import type { Subject } from "./fuzzer.js";
import { instrumentFolders, type Plant } from "./instrument.js";
import { loadFrom, type Target } from "./target.js";
import { appImage } from "./targets/app-image.js";
import { csv } from "./targets/csv.js";
import { form } from "./targets/form.js";
import { nvs } from "./targets/nvs.js";
import { otadata } from "./targets/otadata.js";
import { partitionTable } from "./targets/partition-table.js";
import { responseReader } from "./targets/response-reader.js";

export const targets: readonly Target[] = [
  responseReader,
  form,
  csv,
  nvs,
  otadata,
  partitionTable,
  appImage,
];

/** From build/tools/fuzz. */
const compiled = fileURLToPath(new URL("../../src/", import.meta.url));
const corpora = fileURLToPath(new URL("../../../tools/fuzz/corpus/", import.meta.url));
/** All that the parsers import. */
const folders = [
  "protocol",
  "http",
  "flash",
  "formats",
  "formats/nvs",
  "formats/boot",
  "formats/partition-table",
];

/** Opens a target over an instrumented copy, in which `plant` is, if given. */
export async function openSubject(target: Target, plant?: Plant): Promise<Subject> {
  const copy = mkdtempSync(join(tmpdir(), "provision-fuzz-"));
  try {
    instrumentFolders(compiled, folders, copy, plant);
    const coverage = new Coverage();
    coverage.install();
    const check = await target.open(loadFrom(copy));
    const { bytesMax, tokens, repair } = target;
    return { coverage, check, tokens, bytesMax, ...(repair !== undefined && { repair }) };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The target's seeds, and what former searches have found worth keeping: base64, a line each. */
export function readCorpus(target: Target): Uint8Array[] {
  const path = corpusFile(target);
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const kept = lines.filter((line) => line !== "").map((line) => Buffer.from(line, "base64"));
  return [...target.seeds(), ...kept.map((input) => new Uint8Array(input))];
}

/** Keeps what is needed to see all that `corpus` sees, the shortest first; how many that are. */
export async function writeCorpus(target: Target, corpus: readonly Uint8Array[]): Promise<number> {
  const { coverage, check } = await openSubject(target);
  const isNew = (input: Uint8Array): boolean => {
    coverage.begin();
    check(input);
    return coverage.isNew();
  };
  target.seeds().forEach(isNew);
  const kept = [...corpus].sort((one, other) => one.length - other.length).filter(isNew);
  const lines = kept.map((input) => `${Buffer.from(input).toString("base64")}\n`);
  mkdirSync(corpora, { recursive: true });
  writeFileSync(corpusFile(target), lines.join(""));
  return kept.length;
}

function corpusFile(target: Target): string {
  return join(corpora, `${target.name}.txt`);
}
