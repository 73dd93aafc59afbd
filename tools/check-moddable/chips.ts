// The chips that the product is linked for, and everything that is wrong with what comes out.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { readArchive, type Archive } from "./archive.js";
import { nativeComplaints } from "./natives.js";
import type { AppSource, SDK, Target } from "./sdk.js";
import { optionComplaints, partitionComplaints } from "./settings.js";

export interface Chip extends Target {
  readonly platform: "esp32";
  readonly subclass: string;
}

/** Folders of the project, as far as the check needs them. */
export interface Project {
  readonly root: string;
  readonly outFolder: string;
}

/** The part of the product's manifest that the check reads. */
export interface Manifest {
  readonly preload: readonly string[];
  readonly include: readonly string[];
  readonly creation: Readonly<Record<string, unknown>>;
  readonly platforms: Readonly<Record<string, unknown>>;
}

export interface ChipReport {
  readonly archive: Archive | undefined;
  readonly complaints: readonly string[];
}

/** What the app on a chip must be like. */
export interface Expectation {
  /** Modules that are not the SDK's. All but main must be preloaded. */
  readonly needed: readonly string[];
  readonly main: string;
  /** Memory of slots, chunks and stack. */
  readonly heapBytes: number;
  readonly flashBytes: number;
  /** Ends of xsl's warnings about objects of the SDK's that our modules hold. */
  readonly sdkWarnings?: readonly string[];
  /** Containers that modules of the SDK's hold for themselves. */
  readonly sdkContainers?: number;
}

export function chipsOf(project: Project): Chip[] {
  const own = ["esp32c3", "esp32s3", "esp32c6"].map((subclass): Chip => {
    const targetFolder = join(project.root, "hosts/esp32/targets", subclass);
    return { platform: "esp32", subclass, targetFolder };
  });
  return [{ platform: "esp32", subclass: "esp32" }, ...own];
}

/** The app's archive on one chip, if it links, and everything wrong with it. */
export function checkChip(
  sdk: SDK,
  source: AppSource,
  chip: Chip,
  expected: Expectation,
): ChipReport {
  const app = sdk.build(source, chip);
  if (app.typeErrors.length > 0) return { archive: undefined, complaints: app.typeErrors };
  if (!app.ok) return { archive: undefined, complaints: [app.output.trim()] };
  const archive = readArchive(readFileSync(join(app.folder, "mc.xs.c"), "utf8"));
  const complaints = [
    ...app.output.split("\n").filter((line) => isOurWarning(line, archive, expected)),
    ...archive.frozenContainers
      .slice(expected.sdkContainers ?? 0)
      .map((kind) => `a preloaded module holds a ${kind}: never writable`),
    ...(archive.heapBytes === expected.heapBytes
      ? []
      : [`XS gets ${archive.heapBytes} bytes of memory, must get ${expected.heapBytes}`]),
    ...expected.needed
      .filter((module) => module !== expected.main && archive.modules.get(module) !== true)
      .map((module) => `${module} is not preloaded`),
    ...nativeComplaints(sdk.cFiles(app), readFileSync(join(app.folder, "mc.xs.h"), "utf8")),
    ...settingComplaints(app.projectFolder, expected.flashBytes),
  ];
  return { archive, complaints };
}

/** Whether xsl warns, of anything but a module of the SDK's. */
function isOurWarning(line: string, archive: Archive, expected: Expectation): boolean {
  if (expected.sdkWarnings?.some((end) => line.endsWith(end)) === true) return false;
  const [, module] = /^### warning: ([^:]+(?::[^:]+)?): /.exec(line) ?? [];
  if (module === undefined) return line.startsWith("### warning: ");
  return expected.needed.includes(module) || !archive.modules.has(module);
}

/** What is wrong with the settings that ESP-IDF would be given. */
export function settingComplaints(projectFolder: string, flashBytes: number): string[] {
  return [
    ...optionComplaints(readFileSync(join(projectFolder, "sdkconfig.mc"), "utf8"), flashBytes),
    ...partitionComplaints(readFileSync(join(projectFolder, "partitions.csv"), "utf8"), flashBytes),
  ];
}

/**
 * Writes an app that includes what the product includes and has no module of its own: what it
 * takes is the SDK's, the rest is ours.
 */
export function writeBaseline(project: Project, manifest: Manifest): AppSource {
  const preload = manifest.preload.filter((name) => !/^provision-agent\//.test(name));
  const { include, creation, platforms } = manifest;
  return writeApp(project, "baseline", {
    include,
    modules: { "*": "./main" },
    preload,
    creation: { ...creation, main: "main" },
    platforms,
  });
}

/** What an app has beside the product. */
export interface Variant {
  /** Manifests of the project, paths from its root. */
  readonly manifests: readonly string[];
  /** Data in flash, by file name. */
  readonly data?: Readonly<Record<string, Uint8Array>>;
  readonly config?: Readonly<Record<string, string>>;
}

/** Writes an app that is the product with more. */
export function writeVariant(project: Project, name: string, variant: Variant): AppSource {
  const { manifests, data = {}, config = {} } = variant;
  const include = ["manifest.json", ...manifests].map((path) => join(project.root, path));
  const source = writeApp(project, name, {
    include,
    data: { "*": Object.keys(data).map((file) => `./${parse(file).name}`) },
  });
  for (const [file, bytes] of Object.entries(data)) {
    writeFileSync(join(source.folder, file), bytes);
  }
  return { ...source, config };
}

function writeApp(project: Project, name: string, manifest: object): AppSource {
  const folder = join(project.outFolder, "apps", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "main.js"), "");
  return { folder };
}
