// Runs the tools of an installed Moddable SDK, as far as they go without ESP-IDF: mcconfig, tsc,
// xsc and xsl, up to the C source that holds the linked modules; for the SDK's own simulator all
// the way. Judges nothing.

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, relative } from "node:path";
import type { CFile } from "./natives.js";

/** What an app is built for. */
export interface Target {
  /** In the SDK's words: `esp32`, `lin`. */
  readonly platform: string;
  /** ESP32_SUBCLASS in the SDK's words; none for a simulator. */
  readonly subclass?: string;
  /** Folder of a target of the project's own; none for the classic ESP32 and simulators. */
  readonly targetFolder?: string;
  /** With the instruments that tell the machine's memory every second. */
  readonly instrumented?: boolean;
}

export interface AppSource {
  /** Folder of the manifest. The SDK names the products by the folder's last name. */
  readonly folder: string;
  /** Of the manifest's `config`, overridden. */
  readonly config?: Readonly<Record<string, string>>;
}

export interface BuiltApp {
  readonly ok: boolean;
  /** All that the tools printed. */
  readonly output: string;
  /** The folder of products: mc.xs.c, modules/tsconfig-base.json, xsProj-<subclass>/ ... */
  readonly folder: string;
  /** The folder of what ESP-IDF is given: sdkconfig.mc, partitions.csv. */
  readonly projectFolder: string;
  /** What tsc says of all sources, compiled together. */
  readonly typeErrors: readonly string[];
  /** The program for the SDK's simulator. */
  readonly library: string;
}

/** A rule of the makefile for a C file of the manifest. The engine's stand there without a folder. */
const objectPattern = /^\$\(TMP_DIR\)\/\S+\.c\.o: ((?:\/|\$\(TMP_DIR\)\/)[^\s%]+\.c)\b/gm;

const platforms: Partial<Record<NodeJS.Platform, string>> = { linux: "lin", darwin: "mac" };

export class SDK {
  readonly root: string;
  /** Of the SDK's tools. */
  readonly bin: string;
  readonly #projectRoot: string;
  readonly #outFolder: string;

  private constructor(root: string, bin: string, projectRoot: string, outFolder: string) {
    this.root = root;
    this.bin = bin;
    this.#projectRoot = projectRoot;
    this.#outFolder = outFolder;
  }

  /**
   * The SDK that the environment names, or why there is none. The compiler is the one of the
   * project in `projectRoot`; products lie under `outFolder`.
   */
  static find(
    environment: NodeJS.ProcessEnv,
    projectRoot: string,
    outFolder: string,
  ): SDK | string {
    const root = environment["MODDABLE"];
    if (root === undefined || root === "") return "MODDABLE is not set";
    const platform = platforms[process.platform];
    if (platform === undefined) return `not on ${process.platform}`;
    const bin = join(root, "build/bin", platform, "release");
    for (const tool of ["mcconfig", "xsc", "xsid", "xsl"]) {
      if (!existsSync(join(bin, tool)))
        return `${join(bin, tool)} is missing: build the SDK's tools`;
    }
    return new SDK(root, bin, projectRoot, outFolder);
  }

  /** The SDK's version: `8.2.3`. */
  get version(): string {
    const text = readFileSync(join(this.root, "tools/VERSION"), "utf8");
    return text.trim();
  }

  /** Merges the manifests: what is then in the folders of products is settings, no program. */
  configure({ folder: appFolder, config = {} }: AppSource, target: Target): BuiltApp {
    mkdirSync(this.#outFolder, { recursive: true });
    const { platform, subclass, targetFolder, instrumented = false } = target;
    const build = instrumented ? "instrument" : "release";
    const simulator = subclass === undefined ? "mc" : "";
    const subfolder = targetFolder === undefined ? simulator : basename(targetFolder);
    const place = join(platform, subfolder, build, basename(appFolder));
    const folder = join(this.#outFolder, "tmp", place);
    const { ok, output } = this.#run(appFolder, "mcconfig", [
      ...(instrumented ? ["-i"] : []),
      ...["-p", targetFolder === undefined ? platform : `${platform}:${lowerCase(targetFolder)}`],
      ...["-o", this.#outFolder],
      ...Object.entries(config).map(([name, value]) => `${name}=${value}`),
    ]);
    return {
      ok,
      output,
      folder,
      projectFolder: join(folder, `xsProj-${subclass ?? "none"}`),
      typeErrors: [],
      library: join(this.#outFolder, "bin", place, "mc.so"),
    };
  }

  /** Builds the app: for a chip up to the C source of its modules, mc.xs.c. */
  build(source: AppSource, target: Target): BuiltApp {
    const app = this.configure(source, target);
    if (!app.ok) return app;
    const compiled = this.#compile(app);
    if (compiled.typeErrors.length > 0) return { ...compiled, ok: false };

    const parameters = ["-f", join(app.folder, "makefile")];
    if (target.subclass === undefined) parameters.push("build");
    else {
      // ESP-IDF would write this header from sdkconfig.mc. A newer, empty one keeps make from
      // calling it: linking does not read it.
      mkdirSync(join(app.projectFolder, "build/config"), { recursive: true });
      writeFileSync(join(app.projectFolder, "build/config/sdkconfig.h"), "");
      // xsl warns only when it runs, and make runs it only if its product is old. It also keeps
      // its table of names, in which names that are gone would still take ROM.
      for (const product of ["mc.xs.c", "mc.xs.h", "modules/mc.xsi"]) {
        rmSync(join(app.folder, product), { force: true });
      }
      parameters.push("IDF_PATH=/nonexistent", "IDF_VERSION=v6.0", join(app.folder, "mc.xs.c"));
    }
    const made = this.#run(source.folder, "make", parameters);
    return { ...compiled, ok: made.ok, output: app.output + made.output };
  }

  /** The C files of a configured app's manifest. */
  cFiles({ folder }: BuiltApp): CFile[] {
    const makefile = readFileSync(join(folder, "makefile"), "utf8");
    const rules = [...makefile.matchAll(objectPattern)];
    const paths = rules.map(([, path = ""]) => path.replace("$(TMP_DIR)", folder));
    const folders = new Set(paths.map((path) => dirname(path)));
    return paths.map((path) => {
      const text = readFileSync(path, "utf8");
      const headers = [...text.matchAll(/^\s*#include "([^"/]+\.h)"/gm)]
        .filter(([, name]) => name !== "mc.xs.h")
        .flatMap(([, name = ""]) => [...folders].map((each) => join(each, name)))
        .filter((header) => existsSync(header));
      return { path, text, headers: headers.map((it) => readFileSync(it, "utf8")).join("\n") };
    });
  }

  /**
   * Compiles all TypeScript of an app at once. The SDK's makefile runs tsc once a file, for each
   * chip anew, which takes minutes; each file comes out the same. Its rules find their products
   * done. Types are thus checked across files, too.
   */
  #compile(app: BuiltApp): BuiltApp {
    const modules = join(app.folder, "modules");
    const files = readdirSync(modules, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("-tsconfig.json"))
      .map((name) => {
        const text = readFileSync(join(modules, name), "utf8");
        const { compilerOptions, files: sources } = JSON.parse(text) as ModuleProject;
        const [source = ""] = sources;
        return { source, product: join(compilerOptions.outDir, source.replace(/\.ts$/, ".js")) };
      })
      // A former build may have had modules that are gone.
      .filter(({ source }) => existsSync(source));
    if (files.length === 0) return app;
    const project = join(app.folder, "tsconfig-project.json");
    const outDir = join(app.folder, "tsc-project");
    const configuration = {
      extends: join(modules, "tsconfig-base.json"),
      compilerOptions: { rootDir: "/", outDir, noEmitOnError: true },
      files: files.map(({ source }) => source),
    };
    writeFileSync(project, JSON.stringify(configuration));
    const { ok, output } = this.#run(app.folder, "tsc", ["-p", project]);
    if (!ok) {
      const errors = output.split("\n").filter((line) => line.includes("error TS"));
      return { ...app, typeErrors: errors.length > 0 ? errors : [output] };
    }
    for (const { source, product } of files) {
      mkdirSync(dirname(product), { recursive: true });
      const compiled = join(outDir, source.replace(/\.ts$/, ".js"));
      copyFileSync(compiled, product);
      const map = JSON.parse(readFileSync(`${compiled}.map`, "utf8")) as object;
      const sources = [relative(dirname(product), source)];
      writeFileSync(`${product}.map`, JSON.stringify({ ...map, sources }));
    }
    return app;
  }

  #run(
    folder: string,
    command: string,
    parameters: readonly string[],
  ): { ok: boolean; output: string } {
    const bins = [this.bin, join(this.#projectRoot, "node_modules/.bin")];
    const path = [...bins, process.env["PATH"] ?? ""].join(delimiter);
    const { status, stdout, stderr, error } = spawnSync(command, parameters, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, MODDABLE: this.root, PATH: path },
      maxBuffer: 1 << 26,
    });
    if (error !== undefined) throw error;
    return { ok: status === 0, output: stdout + stderr };
  }
}

/** As the SDK writes it for each module. */
interface ModuleProject {
  readonly compilerOptions: { readonly outDir: string };
  readonly files: readonly string[];
}

/**
 * The folder, or a copy of its manifest in one that has no capital letter on its path: mcconfig
 * reads `-p` in lower case.
 */
function lowerCase(targetFolder: string): string {
  if (targetFolder === targetFolder.toLowerCase()) return targetFolder;
  const copy = join(tmpdir(), `provision-targets-${process.pid}`, basename(targetFolder));
  if (copy !== copy.toLowerCase()) throw new Error(`mcconfig cannot read ${targetFolder}`);
  const isFirst = mkdirSync(dirname(copy), { recursive: true }) !== undefined;
  mkdirSync(copy, { recursive: true });
  copyFileSync(join(targetFolder, "manifest.json"), join(copy, "manifest.json"));
  if (isFirst) {
    process.once("exit", () => {
      rmSync(dirname(copy), { recursive: true, force: true });
    });
  }
  return copy;
}
