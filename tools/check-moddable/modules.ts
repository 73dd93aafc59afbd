// Which modules the chip needs, and whether the Moddable manifest names them.
//
// mcconfig is silent about both mistakes that matter here: a TypeScript module that no `preload`
// line names exactly is linked all the same, but its functions and objects are built in RAM at
// every start; and a module that nothing imports still takes flash.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** The part of a Moddable manifest that names the project's own modules. */
export interface ModuleLists {
  readonly modules: Readonly<Record<string, string | readonly string[]>>;
  readonly preload: readonly string[];
}

/** Runtime imports, as tsc writes them: imports of types alone are gone from its output. */
const importPattern = /^\s*(?:import|export)\b[^;"']*?(?:\bfrom\s*)?["']([^"']+)["']/gm;

/**
 * The modules that `main` reaches through relative imports, itself included, as paths from the
 * project's root without extension (`src/http/grammar`), sorted.
 * `compiledRoot` holds tsc's output of the whole project.
 */
export function reachableModules(compiledRoot: string, main: string): string[] {
  const reached = new Set<string>();
  const waiting = [main];
  for (let module = waiting.pop(); module !== undefined; module = waiting.pop()) {
    if (reached.has(module)) continue;
    reached.add(module);
    const path = join(compiledRoot, `${module}.js`);
    if (!existsSync(path)) throw new Error(`${module} is imported but was not compiled: ${path}`);
    for (const [, specifier = ""] of readFileSync(path, "utf8").matchAll(importPattern)) {
      if (!specifier.startsWith(".")) continue;
      const target = normalize(join(compiledRoot, dirname(module), specifier));
      waiting.push(relative(compiledRoot, target).replace(/\.js$/, ""));
    }
  }
  return [...reached].sort();
}

/**
 * What is wrong with the manifest, one line each with the remedy. `needed` comes from
 * `reachableModules`; every one of them but `main` must be preloaded.
 */
export function moduleComplaints(
  manifest: ModuleLists,
  needed: readonly string[],
  main: string,
): string[] {
  const complaints: string[] = [];
  const listed = new Set<string>();
  for (const [target, sources] of Object.entries(manifest.modules)) {
    for (const source of [sources].flat()) {
      if (!source.startsWith("./")) continue;
      const module = source.slice(2);
      listed.add(module);
      // XS resolves "../" against the module's name: only a mirror of the folders links.
      if (target !== `${dirname(module)}/*` && target !== module) {
        complaints.push(`modules: list "${source}" under "${dirname(module)}/*"`);
      }
    }
  }
  const preloaded = new Set(manifest.preload);
  for (const module of needed) {
    if (!listed.has(module)) {
      complaints.push(`modules: add "./${module}" to "${dirname(module)}/*"`);
    }
    if (module !== main && !preloaded.has(module)) complaints.push(`preload: add "${module}"`);
  }
  for (const module of listed) {
    if (!needed.includes(module)) {
      complaints.push(`modules: remove "./${module}", which ${main} does not reach`);
    }
  }
  for (const module of preloaded) {
    if (module === main || !needed.includes(module)) {
      complaints.push(`preload: remove "${module}"`);
    }
  }
  return complaints;
}
