// Where npm has this package from, so that a new project can have it from there too: a registry, a
// packed file, or a checkout.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface OwnPackage {
  readonly version: string;
  /** For the project's dependencies: "1.0.0", "file:../provision-agent-1.0.0.tgz". */
  readonly spec: string;
}

const root = fileURLToPath(new URL("../../../../..", import.meta.url)).replace(/[/\\]$/, "");
const modulesFolder = "node_modules";

/** @param folder the project's */
export function ownPackage(folder: string): OwnPackage {
  const { name, version } = readJson(join(root, "package.json")) as Record<string, string>;
  if (name === undefined || version === undefined) throw new Error(`${root} is no package`);
  const isInstalled = dirname(root).endsWith(modulesFolder);
  if (!isInstalled) return { version, spec: fileSpec(folder, root) };
  const from = resolvedOf(name);
  const isFile = from !== undefined && existsSync(from);
  return { version, spec: isFile ? fileSpec(folder, from) : version };
}

/** The packed file that npm installed this package from, by the list it keeps of what it did. */
function resolvedOf(name: string): string | undefined {
  const modules = dirname(root);
  const { packages = {} } = readJson(join(modules, ".package-lock.json")) as {
    packages?: Readonly<Record<string, { readonly resolved?: string }>>;
  };
  const resolved = packages[`${modulesFolder}/${name}`]?.resolved ?? "";
  return resolved.startsWith("file:")
    ? resolve(dirname(modules), resolved.slice("file:".length))
    : undefined;
}

function fileSpec(folder: string, path: string): string {
  return `file:${relative(resolve(folder), path).replaceAll("\\", "/")}`;
}

/** `{}` if there is no such file. */
function readJson(path: string): object {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as object) : {};
}
