// A Moddable manifest as a file: what its module lists should be, and whether they are.

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { withMember } from "./json-text.js";
import { entriesOf, freshLists, type Manifest, type ManifestPlace } from "./module-lists.js";
import { isSource, reachedModules } from "./reached-modules.js";

export interface FreshManifest {
  /** The file as it should be. */
  readonly text: string;
  /** What is wrong with the file as it is, one sentence each. Empty: nothing. */
  readonly complaints: readonly string[];
  /** The modules that it lists. */
  readonly listed: readonly string[];
}

/**
 * @param root the folder that module names are paths from
 * @param file the manifest, a path from `root` with slashes
 * @param provided modules that the manifest which includes it lists
 * Throws an Error that names the file: no such file, no JSON, no main module, a mistake in a source.
 */
export function freshManifest(
  root: string,
  file: string,
  provided: readonly string[] = [],
): FreshManifest {
  const text = readText(join(root, file), file);
  const manifest = parse(text, file);
  const place: ManifestPlace = {
    folder: posix.dirname(file),
    provided,
    isSource: (module) => isSource(root, module),
    isOther: (module) => isOther(root, module),
  };
  const { main } = manifest.creation ?? {};
  if (main !== undefined && !place.isSource(main)) {
    throw new Error(
      `${file}: the main module "${main}" has no source ${main}.ts beside it: ` +
        "the lists are written for modules that are called as their files",
    );
  }
  const entries = entriesOf(manifest, place);
  if (entries.length === 0) throw new Error(`${file}: it names no main module ("creation")`);
  const reached = reachedModules(root, entries);
  const outside = reached.find((module) => module.startsWith(".."));
  if (outside !== undefined) {
    throw new Error(`${file}: ${outside} is imported, but is not below the manifest's folder`);
  }
  const { modules, preload } = freshLists(manifest, place, reached);
  let fresh = text;
  if (!isSame(modules, manifest.modules)) fresh = withMember(fresh, "modules", modules);
  if (!isSame(preload, manifest.preload)) fresh = withMember(fresh, "preload", preload);
  const complaints = [
    ...differences("modules", linesOf(manifest.modules ?? {}), linesOf(modules)),
    ...differences("preload", manifest.preload ?? [], preload ?? []),
  ];
  if (complaints.length === 0 && fresh !== text) complaints.push("the lists are in another order");
  return { text: fresh, complaints, listed: reached };
}

/** Each source with the name that it is under. */
function linesOf(modules: NonNullable<Manifest["modules"]>): string[] {
  return Object.entries(modules).flatMap(([key, sources]) => {
    return [sources].flat().map((source) => `"${source}" under "${key}"`);
  });
}

function differences(list: string, before: readonly string[], after: readonly string[]): string[] {
  const missing = after.filter((line) => !before.includes(line));
  const extra = before.filter((line) => !after.includes(line));
  return [
    ...missing.map((line) => `${list}: ${quoted(line)} is missing`),
    ...extra.map((line) => `${list}: ${quoted(line)} is too much`),
  ];
}

function quoted(line: string): string {
  return line.startsWith('"') ? line : `"${line}"`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "is not there" : "cannot be read";
    throw new Error(`${file} ${why}`, { cause: error });
  }
}

function parse(text: string, file: string): Manifest {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new Error(`${file} is not a Moddable manifest: expected a JSON object`);
}

function isOther(root: string, module: string): boolean {
  if (isSource(root, module)) return false;
  const folder = join(root, dirname(module));
  const name = basename(module);
  try {
    return readdirSync(folder).some((entry) => entry.startsWith(`${name}.`));
  } catch {
    return false;
  }
}
