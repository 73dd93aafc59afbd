// Builds the C host of the simulated chip: compiles what has changed, on all cores, and links it.
//
//   node build/hosts/xs/build/build-engine.js [--bits 32] [--sanitize]
//
// Prints the path of the binary. A file is compiled again when it, a header or its flags have
// changed. Results are moved into place when they are whole, so that builds may run side by side.

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { argv, exit, pid, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { bundleModules } from "./bundle-modules.js";
import { checkCompiler, compile, EngineBuildError } from "./c-compiler.js";
import { engineVariant, type Unit, type Variant, type VariantOptions } from "./engine-variant.js";

export interface BuildEngineOptions extends VariantOptions {
  /** Told what is being done, one line at a time. */
  readonly log?: (line: string) => void;
}

/** Milliseconds; 0 for a file that is not there. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Beside a result lies what it was made with. */
function stampOf(result: string): string {
  return `${result}.stamp`;
}

function isFresh(result: string, stamp: string, newest: number): boolean {
  const made = modified(result);
  if (made === 0 || made < newest || modified(stampOf(result)) === 0) return false;
  return readFileSync(stampOf(result), "utf8") === stamp;
}

/** Runs the compiler into a temporary file, then moves that to `result` and writes the stamp. */
async function make(what: string, result: string, stamp: string, flags: string[]): Promise<void> {
  const unfinished = `${result}.${pid.toString()}`;
  await compile(what, [...flags, "-o", unfinished]);
  renameSync(unfinished, result);
  writeFileSync(stampOf(result), stamp);
}

function compileFlags(unit: Unit): string[] {
  return [...unit.flags, "-c", unit.source];
}

async function compileAll(units: readonly Unit[]): Promise<void> {
  const waiting = [...units];
  const worker = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      const flags = compileFlags(unit);
      await make(basename(unit.source), unit.object, flags.join("\n"), flags);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function staleUnits(variant: Variant): Unit[] {
  const times = new Map<string, number>();
  const time = (path: string): number => {
    const known = times.get(path) ?? modified(path);
    times.set(path, known);
    return known;
  };
  return variant.units.filter((unit) => {
    const newest = Math.max(...[unit.source, ...unit.headers].map(time));
    return !isFresh(unit.object, compileFlags(unit).join("\n"), newest);
  });
}

async function link(variant: Variant): Promise<boolean> {
  const objects = variant.units.map((unit) => unit.object);
  const flags = [...variant.linkFlags, ...objects, "-lm", "-lpthread", "-ldl"];
  if (isFresh(variant.binary, flags.join("\n"), Math.max(...objects.map(modified)))) return false;
  await make("the C host", variant.binary, flags.join("\n"), flags);
  return true;
}

/**
 * Builds the C host and the modules that lie beside it, unless they are up to date, or
 * PROVISION_ENGINE names a 64-bit one that was built elsewhere.
 * Returns the path of the binary. Throws EngineBuildError.
 */
export async function buildEngine(options: BuildEngineOptions = {}): Promise<string> {
  const built = process.env["PROVISION_ENGINE"] ?? "";
  if (built !== "" && options.bits !== 32 && options.sanitize !== true) return built;
  const variant = engineVariant(options);
  if (variant === undefined) {
    const message = "the XS engine is not there: run npm install, or set MODDABLE to an SDK";
    throw new EngineBuildError("no-sources", message);
  }
  mkdirSync(variant.objectFolder, { recursive: true });
  const stale = staleUnits(variant);
  if (stale.length > 0) {
    await checkCompiler(options.bits ?? 64);
    options.log?.(`compiling ${stale.length.toString()} files of the engine (once)`);
    await compileAll(stale);
  }
  if (await link(variant)) options.log?.(`built ${variant.binary}`);
  await bundleModules();
  return variant.binary;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { bits: { type: "string" }, sanitize: { type: "boolean" } },
  });
  if (values.bits !== undefined && values.bits !== "32" && values.bits !== "64")
    throw new Error(`--bits: expected 32 or 64, got ${values.bits}`);
  const binary = await buildEngine({
    bits: values.bits === "32" ? 32 : 64,
    sanitize: values.sanitize ?? false,
    log: (line) => stderr.write(`${line}\n`),
  });
  stdout.write(`${binary}\n`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  }
}
