// What is compiled for one variant of the C host, and how: the engine's sources, our own, the flags
// of each, and where the results lie. Runs nothing.
//
// The engine is compiled where it lies: in the package @agoric/xsnap, or, when the environment
// variable MODDABLE names an installed Moddable SDK, in that.

import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
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
}

export interface Variant {
  readonly units: readonly Unit[];
  /** Every header that a unit may include. */
  readonly headers: readonly string[];
  readonly linkFlags: readonly string[];
  readonly objectFolder: string;
  readonly binary: string;
}

/** The repository, or the installed package: this file is in build/hosts/desktop there. */
export const rootFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

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

// Not part of the engine proper: another engine's amalgamation, and foreign function interfaces.
const leftOut = new Set(["xsffi.c"]);

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
  const own = join(rootFolder, "hosts", "desktop", "engine");
  const folders = ["includes", "platforms", "sources"].map((name) => join(engine, name));
  const name = variantName(options);
  const objectFolder = join(rootFolder, "build", "desktop", `${name}-objects`);
  const machine = options.bits === 32 ? ["-m32", "-D_FILE_OFFSET_BITS=64"] : [];
  const optimize = options.sanitize === true ? ["-O1", "-g"] : ["-O2"];
  // Undefined behaviour inside the engine is its own affair.
  const engineSanitize = options.sanitize === true ? ["-fsanitize=address"] : [];
  const sanitize =
    options.sanitize === true
      ? ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
      : [];
  const common = [...optimize, ...machine, "-fno-common", ...engineDefines, `-I${own}`];
  const unit = (prefix: string, source: string, flags: string[]): Unit => ({
    source,
    object: join(objectFolder, `${prefix}${source.slice(dirname(source).length + 1, -2)}.o`),
    flags: [...common, ...flags],
  });
  return {
    units: [
      ...list(own, ".c").map((source) =>
        unit("chip-", source, [
          ...ownFlags,
          ...sanitize,
          ...folders.flatMap((folder) => ["-isystem", folder]),
        ]),
      ),
      ...list(join(engine, "sources"), ".c").map((source) =>
        unit("", source, ["-w", ...engineSanitize, ...folders.map((folder) => `-I${folder}`)]),
      ),
    ],
    headers: [own, ...folders].flatMap((folder) => list(folder, ".h")),
    linkFlags: [...machine, ...sanitize],
    objectFolder,
    binary: join(rootFolder, "build", "desktop", name),
  };
}
