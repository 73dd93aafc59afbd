// Runs the tools of an installed Moddable SDK, as far as they go without ESP-IDF: mcconfig, tsc,
// xsc and xsl, up to the C source that holds the linked modules. Judges nothing.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";

export interface Chip {
  readonly name: string;
  /** ESP32_SUBCLASS in the SDK's words. */
  readonly subclass: string;
  /** Of the project's own targets, from its root; none for the classic ESP32. */
  readonly targetFolder?: string;
}

export interface LinkedApp {
  readonly ok: boolean;
  /** All that the tools printed. */
  readonly output: string;
  /** The folder of products: mc.xs.c, modules/tsconfig-base.json, xsProj-<subclass>/ ... */
  readonly folder: string;
  /** The folder of what ESP-IDF is given: sdkconfig.mc, partitions.csv. */
  readonly projectFolder: string;
}

const platforms: Partial<Record<NodeJS.Platform, string>> = { linux: "lin", darwin: "mac" };

export class SDK {
  readonly root: string;
  readonly #bin: string;

  private constructor(root: string, bin: string) {
    this.root = root;
    this.#bin = bin;
  }

  /** The SDK that the environment names, or why there is none. */
  static find(environment: NodeJS.ProcessEnv): SDK | string {
    const root = environment["MODDABLE"];
    if (root === undefined || root === "") return "MODDABLE is not set";
    const platform = platforms[process.platform];
    if (platform === undefined) return `not on ${process.platform}`;
    const bin = join(root, "build/bin", platform, "release");
    for (const tool of ["mcconfig", "xsc", "xsid", "xsl"]) {
      if (!existsSync(join(bin, tool)))
        return `${join(bin, tool)} is missing: build the SDK's tools`;
    }
    return new SDK(root, bin);
  }

  /**
   * Links the app whose manifest is in `appFolder` for `chip`, with products under `outFolder`.
   * `projectRoot` holds the compiler and the targets.
   */
  link(projectRoot: string, appFolder: string, chip: Chip, outFolder: string): LinkedApp {
    mkdirSync(outFolder, { recursive: true });
    const target = chip.targetFolder && `:${join(projectRoot, chip.targetFolder)}`;
    const folder = join(
      outFolder,
      "tmp/esp32",
      chip.targetFolder === undefined ? "" : basename(chip.targetFolder),
      "release",
      basename(appFolder),
    );
    const projectFolder = join(folder, `xsProj-${chip.subclass}`);

    const configured = this.#run(projectRoot, appFolder, "mcconfig", [
      ...["-p", `esp32${target ?? ""}`],
      ...["-o", outFolder],
    ]);
    if (!configured.ok) return { ...configured, folder, projectFolder };

    // ESP-IDF would write this header from sdkconfig.mc. A newer, empty one keeps make from
    // calling it: linking does not read it.
    mkdirSync(join(projectFolder, "build/config"), { recursive: true });
    writeFileSync(join(projectFolder, "build/config/sdkconfig.h"), "");
    // xsl warns only when it runs, and make runs it only if its product is old.
    rmSync(join(folder, "mc.xs.c"), { force: true });
    const made = this.#run(projectRoot, appFolder, "make", [
      ...["-f", join(folder, "makefile")],
      "IDF_PATH=/nonexistent",
      "IDF_VERSION=v6.0",
      join(folder, "mc.xs.c"),
    ]);
    return { ok: made.ok, output: configured.output + made.output, folder, projectFolder };
  }

  /** Compiles `sources` (absolute) together against the SDK's types. Returns tsc's errors. */
  typeErrors(projectRoot: string, app: LinkedApp, sources: readonly string[]): string[] {
    const project = join(app.folder, "tsconfig-project.json");
    const configuration = {
      extends: join(app.folder, "modules/tsconfig-base.json"),
      compilerOptions: { noEmit: true, rootDir: "/" },
      files: sources,
    };
    writeFileSync(project, JSON.stringify(configuration));
    const { ok, output } = this.#run(projectRoot, app.folder, "tsc", ["-p", project]);
    const errors = output.split("\n").filter((line) => line.includes("error TS"));
    return ok || errors.length > 0 ? errors : [output];
  }

  #run(
    projectRoot: string,
    folder: string,
    command: string,
    parameters: readonly string[],
  ): { ok: boolean; output: string } {
    const path = [this.#bin, join(projectRoot, "node_modules/.bin"), process.env["PATH"] ?? ""];
    const { status, stdout, stderr, error } = spawnSync(command, parameters, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, MODDABLE: this.root, PATH: path.join(delimiter) },
      maxBuffer: 1 << 26,
    });
    if (error !== undefined) throw error;
    return { ok: status === 0, output: stdout + stderr };
  }
}
