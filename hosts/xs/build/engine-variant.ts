// What is compiled for one variant of the C host, and how: the engine's sources, our own, the flags
// of each, and where the results lie. Runs nothing.
//
// The engine is compiled where it lies: in the package @agoric/xsnap, or, when the environment
// variable MODDABLE names an installed Moddable SDK, in that.

import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";

export interface VariantOptions {
  /** 32 gives slots of 16 bytes, as on the chip; needs gcc-multilib. Default 64. */
  readonly bits?: 32 | 64;
  /** With the address and undefined-behaviour sanitizers, and assertions of the compiler. */
  readonly sanitize?: boolean;
}

/** One file to compile. */
export interface Unit {
  readonly source: string;
  readonly object: string;
  readonly flags: readonly string[];
  /** Every header that it may include. */
  readonly headers: readonly string[];
}

export interface Variant {
  readonly units: readonly Unit[];
  readonly linkFlags: readonly string[];
  readonly objectFolder: string;
  readonly binary: string;
}

/** The repository, or the installed package: this file is in build/hosts/xs/build there. */
export const rootFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "..");

// As the chip's engine where it matters to memory (no mxDebug, mxInstrument, mxMetering), with the
// parser, which the chip's has not.
const engineDefines = [
  "-DINCLUDE_XSPLATFORM",
  '-DXSPLATFORM="xs-platform.h"',
  "-DmxBoundsCheck=1",
  "-DmxMinusZero=1",
  "-DmxNoConsole=1",
  "-DmxParse=1",
  "-DmxRegExp=1",
  "-DmxRegExpUnicodePropertyEscapes=1",
  "-DmxRun=1",
  "-DmxSloppy=1",
  "-DmxStringNormalize=1",
];

const ownFlags = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"];

// Of the SDK's engine: foreign functions, which we have no use for, and a file that xsMath.c includes.
const leftOut = new Set(["xsffi.c", "xsum.c"]);

/** Folders of the C host beside its own: engine/README.md says what is in which. */
const parts = ["platform", "modules", "hardware"];

/** The folder that holds the engine's `sources`, `includes` and `platforms`, or undefined. */
function findEngine(): string | undefined {
  const moddable = process.env["MODDABLE"];
  if (moddable !== undefined && moddable !== "") return join(moddable, "xs");
  const folders = createRequire(import.meta.url).resolve.paths("@agoric/xsnap") ?? [];
  return folders
    .map((folder) => join(folder, "@agoric", "xsnap", "moddable", "xs"))
    .find((folder) => existsSync(folder));
}

function list(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !leftOut.has(name))
    .sort()
    .map((name) => join(folder, name));
}

function variantName(options: VariantOptions): string {
  const bits = options.bits === 32 ? "xs32" : "xs";
  return options.sanitize === true ? `${bits}-sanitize` : bits;
}

/** Undefined if the engine's sources are not there. */
export function engineVariant(options: VariantOptions): Variant | undefined {
  const engine = findEngine();
  if (engine === undefined || !existsSync(join(engine, "sources"))) return undefined;
  const own = join(rootFolder, "hosts", "xs", "engine");
  const ownFolders = [own, ...parts.map((part) => join(own, part))];
  const folders = ["includes", "platforms", "sources"].map((name) => join(engine, name));
  const name = variantName(options);
  const objectFolder = join(rootFolder, "build", "xs", `${name}-objects`);
  const machine = options.bits === 32 ? ["-m32", "-D_FILE_OFFSET_BITS=64"] : [];
  const optimize = options.sanitize === true ? ["-O1", "-g"] : ["-O2"];
  // Not for the engine: it reads strings by words, beyond their ends, and knows why.
  const sanitize =
    options.sanitize === true
      ? ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
      : [];
  const includes = ownFolders.map((folder) => `-I${folder}`);
  const common = [...optimize, ...machine, "-fno-common", ...engineDefines, ...includes];
  const object = (source: string): string => join(objectFolder, `${parse(source).name}.o`);
  const engineHeaders = folders.flatMap((folder) => list(folder, ".h"));
  const ownHeaders = ownFolders.flatMap((folder) => list(folder, ".h"));
  const ownSources = ownFolders.flatMap((folder) => list(folder, ".c"));
  const ownUnits = ownSources.map((source) => ({
    source,
    object: object(`chip-${basename(source)}`),
    flags: [...common, ...ownFlags, ...sanitize, ...folders.flatMap((path) => ["-isystem", path])],
    headers: [...ownHeaders, ...engineHeaders],
  }));
  const engineUnits = list(join(engine, "sources"), ".c").map((source) => ({
    source,
    object: object(source),
    flags: [...common, "-w", ...folders.map((path) => `-I${path}`)],
    headers: [join(own, "platform", "xs-platform.h"), ...engineHeaders],
  }));
  return {
    units: [...engineUnits, ...ownUnits],
    linkFlags: [...machine, ...sanitize],
    objectFolder,
    binary: join(rootFolder, "build", "xs", name),
  };
}
