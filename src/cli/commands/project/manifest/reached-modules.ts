// Which modules a program reaches through its imports, as the compiler keeps them: an import of
// types alone reaches nothing.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildSync, type BuildFailure, type Metafile } from "esbuild";

/**
 * The modules below `root` that the entries reach, the entries included: paths from `root` without
 * ending ("src/http/grammar"), sorted. An import that names no module of `root` is ignored; a name
 * such as "hosts/mcsim/flash" is one if the file exists. Throws an Error that names the module that
 * is missing, or the mistake in a source.
 */
export function reachedModules(root: string, entries: readonly string[]): string[] {
  const reached = new Set<string>();
  let waiting = [...entries];
  while (waiting.length > 0) {
    const { inputs } = bundle(root, waiting);
    for (const module of Object.keys(inputs).map(withoutEnding)) reached.add(module);
    waiting = externals(inputs).filter((name) => !reached.has(name) && isSource(root, name));
  }
  return [...reached].sort();
}

/** Whether `root` has a TypeScript or JavaScript source of that name. */
export function isSource(root: string, module: string): boolean {
  return [".ts", ".js"].some((ending) => existsSync(join(root, module + ending)));
}

function bundle(root: string, modules: readonly string[]): Metafile {
  try {
    const { metafile } = buildSync({
      absWorkingDir: root,
      entryPoints: modules.map((module) => `./${module}`),
      bundle: true,
      write: false,
      metafile: true,
      outdir: "build",
      format: "esm",
      platform: "neutral",
      packages: "external",
      logLevel: "silent",
    });
    return metafile;
  } catch (error) {
    throw new Error(firstMistake(error), { cause: error });
  }
}

function firstMistake(error: unknown): string {
  const { errors: [first] = [] } = error as Partial<BuildFailure>;
  if (first === undefined) return error instanceof Error ? error.message : String(error);
  const { location, text } = first;
  return location === null ? text : `${location.file}:${location.line}: ${text}`;
}

function externals(inputs: Metafile["inputs"]): string[] {
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  return imports.filter(({ external }) => external === true).map(({ path }) => path);
}

function withoutEnding(path: string): string {
  return path.replace(/\.[jt]s$/, "");
}
