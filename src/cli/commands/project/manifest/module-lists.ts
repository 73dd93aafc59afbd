// The module lists of a Moddable manifest, written from the imports. mcconfig needs each module
// twice: in `modules`, or it is not linked, and in `preload`, or its functions and objects are
// built in RAM at every start.
//
// XS resolves "../" against a module's name, so modules are listed under their own folder:
// "src/http/*": ["./src/http/grammar"]. Those lists belong to this file. What stays as it is: a
// module under a name of its own ("led": "./led"; it is preloaded if a person says so), sources of
// the SDK, sources that are no TypeScript or JavaScript, patterns, and everything else.

import { posix } from "node:path";

/** What a manifest says about modules. */
export interface ModuleLists {
  readonly modules: Readonly<Record<string, string | readonly string[]>>;
  /** Absent: nothing is preloaded, as on the SDK's simulator. */
  readonly preload?: readonly string[];
}

export interface Manifest extends Partial<ModuleLists> {
  readonly creation?: { readonly main?: string };
}

/** Where a manifest stands, and what is around it. */
export interface ManifestPlace {
  /** The manifest's folder, seen from the root of the modules: "." or "hosts/mcsim". */
  readonly folder: string;
  /** Modules that the manifest which includes this one lists already. */
  readonly provided: readonly string[];
  /** Whether the root has a TypeScript or JavaScript source of that name. */
  readonly isSource: (module: string) => boolean;
  /** Whether it has a file of that name in another language, such as C, and no such source. */
  readonly isOther: (module: string) => boolean;
}

/** The modules to begin with: the main one, and those that have a name of their own. */
export function entriesOf(manifest: Manifest, place: ManifestPlace): string[] {
  const { main } = manifest.creation ?? {};
  const entries = main !== undefined && place.isSource(main) ? [main] : [];
  return [...new Set([...entries, ...ownNamed(manifest, place)])];
}

/** The lists as they should be, for the modules that `entriesOf` reach. */
export function freshLists(
  manifest: Manifest,
  place: ManifestPlace,
  reached: readonly string[],
): ModuleLists {
  const elsewhere = new Set([...place.provided, ...ownNamed(manifest, place)]);
  const listed = reached.filter((module) => !elsewhere.has(module));
  const modules = freshModules(manifest.modules ?? {}, place, listed);
  if (manifest.preload === undefined) return { modules };
  return { modules, preload: freshPreload(manifest, place, listed) };
}

function freshModules(
  old: ModuleLists["modules"],
  place: ManifestPlace,
  listed: readonly string[],
): ModuleLists["modules"] {
  const lists = Object.entries(old).map(([key, sources]) => {
    if (!isFolderKey(key)) return [key, sources] as const;
    const kept = [sources].flat().filter((source) => !isWritten(key, source, place));
    const all = [...kept, ...sourcesIn(key, listed, place)];
    return [key, isUnchanged(sources, all) ? sources : all] as const;
  });
  const missing = new Set(listed.map(folderKey).filter((key) => !(key in old)));
  for (const key of [...missing].sort()) {
    const next = lists.findIndex(([other]) => isFolderKey(other) && other > key);
    const at = next === -1 ? lists.length : next;
    lists.splice(at, 0, [key, sourcesIn(key, listed, place)]);
  }
  return Object.fromEntries(lists.filter(([, sources]) => sources.length > 0));
}

function sourcesIn(key: string, listed: readonly string[], place: ManifestPlace): string[] {
  return listed.filter((module) => folderKey(module) === key).map((it) => sourceOf(it, place));
}

function freshPreload(
  manifest: Manifest,
  place: ManifestPlace,
  listed: readonly string[],
): readonly string[] {
  const { modules = {}, preload = [], creation = {} } = manifest;
  const wanted = listed.filter((module) => module !== creation.main);
  const wasListed = new Set(
    Object.entries(modules).flatMap(([key, sources]) => {
      const own = [sources].flat().filter((source) => isWritten(key, source, place));
      return own.map((source) => moduleOf(source, place));
    }),
  );
  const folders = new Set([...wasListed, ...listed].map((module) => module.split("/", 1)[0]));
  const isKept = (name: string): boolean => {
    if (listed.includes(name) || wasListed.has(name)) return false;
    if (name in modules) return true;
    // A module of ours that is gone, and that somebody has taken out of `modules` by hand.
    return !place.isSource(name) && !(name.includes("/") && folders.has(name.split("/", 1)[0]));
  };
  return [...wanted, ...preload.filter(isKept)];
}

/** Sources of `root` that stand in `modules` under a name of their own. */
function ownNamed({ modules = {} }: Manifest, place: ManifestPlace): string[] {
  return Object.entries(modules)
    .filter(([key]) => !isFolderKey(key) && key !== "~")
    .flatMap(([, sources]) => [sources].flat())
    .filter((source) => source.startsWith("."))
    .map((source) => moduleOf(source, place))
    .filter(place.isSource);
}

/** Whether this source of a folder's list is ours to write and to remove. */
function isWritten(key: string, source: string, place: ManifestPlace): boolean {
  if (!isFolderKey(key) || !source.startsWith(".") || source.includes("*")) return false;
  return !place.isOther(moduleOf(source, place));
}

function isUnchanged(old: string | readonly string[], sources: readonly string[]): boolean {
  const before = [old].flat();
  return before.length === sources.length && sources.every((source, at) => source === before[at]);
}

function isFolderKey(key: string): boolean {
  return key === "*" || key.endsWith("/*");
}

/** "src/http/*"; modules of the root itself are under "*". */
function folderKey(module: string): string {
  const folder = posix.dirname(module);
  return folder === "." ? "*" : `${folder}/*`;
}

function moduleOf(source: string, { folder }: ManifestPlace): string {
  return posix.join(folder, source);
}

function sourceOf(module: string, { folder }: ManifestPlace): string {
  const path = posix.relative(folder, module);
  return path.startsWith("..") ? path : `./${path}`;
}
