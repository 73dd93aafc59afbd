// Copies template into a folder, as the project of a product. Writes nothing into a folder
// that has anything of its own beside what npm puts there.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface ProductSource {
  /** Of the npm package. */
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  /** Where npm finds provision-agent: a version, "file:../provision-agent". */
  readonly spec: string;
}

interface ProjectPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const packageRoot = fileURLToPath(new URL("../../../../..", import.meta.url));
const template = join(packageRoot, "template");
const ownName = "provision-agent";
/** What npm, git, or somebody who has fetched the package, may have left. */
const harmless = /^(package(-lock)?\.json|node_modules|\.git|\.npmrc|.*\.tgz)$/;
/** Development tools whose versions the template shares with this package. */
const tools = ["@types/node", "typescript"];

/** The name of a project in `folder`. Throws an Error if npm would not take it. */
export function projectName(folder: string): string {
  const name = basename(resolve(folder));
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) return name;
  const rule = "lower-case letters, digits and ._-";
  throw new Error(`"${name}" cannot be the name of a project: name the folder with ${rule}`);
}

/** @returns the files it wrote. Throws an Error, and then has written nothing. */
export function scaffold(folder: string, source: ProductSource): string[] {
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  const foreign = entries.find((entry) => !harmless.test(entry));
  if (foreign !== undefined) {
    throw new Error(`${folder} is not empty, it has ${foreign}: name a new folder`);
  }
  const files = [...templateFiles(source), ["package.json", packageJson(folder, source)] as const];
  return files.map(([name, text]) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return name;
  });
}

/** Sources as they are in the template, and the project's own files around them. */
function templateFiles(source: ProductSource): (readonly [name: string, text: string])[] {
  const own = ["main.ts", "sensor.ts", ...testsOf(template)].map((name) => {
    return [name, readFileSync(join(template, name), "utf8")] as const;
  });
  const project = join(template, "project");
  const around = filesBelow(project)
    .filter((name) => name !== "package.json")
    .map((name) => {
      const text = readFileSync(join(project, name), "utf8");
      return [name === "gitignore" ? ".gitignore" : name, text] as const;
    });
  return [...own, ["product.ts", productModule(source)], ...around, ...settingsFiles()];
}

/** The one source that says the product's names; the template has it with names of its own. */
function productModule({ vendor, model }: ProductSource): string {
  const text = readFileSync(join(template, "product.ts"), "utf8");
  const comment = text.slice(0, text.indexOf("export"));
  const names = `vendor: ${JSON.stringify(vendor)}, model: ${JSON.stringify(model)}`;
  return `${comment}export const product = Object.freeze({ ${names} });\n`;
}

/** ESP-IDF's settings: the product's version is among them, so it has them as its own. */
function settingsFiles(): (readonly [name: string, text: string])[] {
  const folder = join(packageRoot, "hosts", "esp32", "sdkconfig");
  return filesBelow(folder).map((name) => {
    return [`esp32/sdkconfig/${name}`, readFileSync(join(folder, name), "utf8")] as const;
  });
}

function testsOf(folder: string): string[] {
  const names = readdirSync(join(folder, "test")).sort();
  return names.filter((name) => name.endsWith(".ts")).map((name) => `test/${name}`);
}

/** Relative, with slashes. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** The template's, with what is there already winning where both say something. */
function packageJson(folder: string, source: ProductSource): string {
  const own = readPackage(join(packageRoot, "package.json"));
  const path = join(folder, "package.json");
  const there = existsSync(path) ? readPackage(path) : {};
  const made = readPackage(join(template, "project", "package.json"));
  const { vendor, model, name, spec } = source;
  const start = `provision simulate --program main.ts --vendor ${word(vendor)} --model ${word(model)}`;
  const merged = {
    ...made,
    name,
    ...there,
    type: "module",
    scripts: { ...(made["scripts"] as object), start },
    dependencies: { [ownName]: spec, ...there.dependencies },
    devDependencies: {
      ...pinned(own, tools),
      ...(there["devDependencies"] as object | undefined),
    },
    allowScripts: own["allowScripts"],
  };
  return `${JSON.stringify(merged, null, 2)}\n`;
}

function pinned(own: ProjectPackage, names: readonly string[]): Record<string, string> {
  const versions = own["devDependencies"] as Readonly<Record<string, string>>;
  return Object.fromEntries(names.map((name) => [name, versions[name] ?? "*"]));
}

function readPackage(path: string): ProjectPackage {
  return JSON.parse(readFileSync(path, "utf8")) as ProjectPackage;
}

/** As both POSIX shells and cmd take it. */
function word(text: string): string {
  return /^[\w.:~-]+$/.test(text) ? text : `"${text}"`;
}
