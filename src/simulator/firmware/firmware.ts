// Makes firmware for the simulated chip: a valid ESP application image of a project `<name>-sim`
// whose payload is the program itself, so that an update really replaces the code that runs.
//
//   header | segment in DROM: app descriptor 256, archive of modules | segment that is not loaded:
//   pseudo-random bytes up to the size that is wanted | checksum | SHA-256
//
//   main.js     the composition root; the one module that is not preloaded
//   host.js     how the agent is started here
//   device.js   agent and platform, bundled
//   config.js   what the simulation asks for
//
// A product's own program takes the place of main.js: all of it in one module, but for the agent,
// which it imports as "provision-agent/device" and finds in host.js.
//
// The archive is module-archive.ts's.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync, type BuildFailure, type BuildOptions } from "esbuild";
import { writeAppImage, type SegmentSource } from "../../formats/app-image/app-image-writer.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import type { FirmwareConfig } from "../../../hosts/xs/device/config.js";
import { encodeModules, type Modules } from "./module-archive.js";
import { seededBytes } from "../chip/seeded.js";

export interface FirmwareSource {
  /** Of the product; the image's project is `<name>-sim`. */
  readonly name: string;
  /** A semantic version of at most 31 characters. */
  readonly version: string;
  readonly config?: FirmwareConfig;
  /** File of a product's main module, in TypeScript or JavaScript; the agent alone if absent. */
  readonly program?: string;
  /** Of the whole image, a multiple of 16. As small as it gets if absent. */
  readonly byteLength?: number;
  /** Of the padding, so that two releases do not share it. */
  readonly seed?: number;
  /** Modules in place of, or beside, the ones above. */
  readonly modules?: Modules;
  /** Of the image's header; the ESP32 if absent. */
  readonly chipId?: number;
}

/** What keeps a real chip from taking the image. */
const projectSuffix = "-sim";

/** What a product imports, and where it finds that here. */
const agentModule = "provision-agent/device";
const hostModule = "./host.js";

/** Where the ESP32 shows flash as data; an image's first segment lies at offset 32 of a page. */
const payloadAddress = 0x3f400020;
/** Addresses this low are not loaded. */
const paddingAddress = 0;
/** In the window in which the ESP32 shows flash as code. Nothing begins there. */
const entryAddress = 0x400d0020;
const chipIdDefault = 0;

const headerBytes = 24;
const segmentHeaderBytes = 8;
const descriptorBytes = 256;
const digestBytes = 32;
const rowBytes = 16;

/** The image. Throws an Error if it does not fit `byteLength`, or the program has mistakes. */
export function makeFirmware(source: FirmwareSource): Uint8Array {
  const archive = encodeModules({ ...deviceModules(source), ...source.modules });
  return writeAppImage({
    chipId: source.chipId ?? chipIdDefault,
    entryAddress,
    segments: [{ loadAddress: payloadAddress, data: archive }, ...padding(source, archive.length)],
    descriptor: {
      secureVersion: 0,
      version: source.version,
      projectName: source.name + projectSuffix,
      // The same source makes the same image, whenever it is made.
      time: "",
      date: "",
      idfVersion: "simulated",
      elfSha256: createHash("sha256").update(archive).digest(),
      minEfuseBlockRevision: 0,
      maxEfuseBlockRevision: 0xffff,
      mmuPageBits: 16,
      spiFlashMode: 0,
    },
    openDigest: openSha256,
  });
}

function padding({ byteLength, seed = 0 }: FirmwareSource, archiveBytes: number): SegmentSource[] {
  if (byteLength === undefined) return [];
  const payloadBytes = descriptorBytes + Math.ceil(archiveBytes / 4) * 4;
  const before = headerBytes + segmentHeaderBytes + payloadBytes + segmentHeaderBytes;
  const paddingBytes = byteLength - digestBytes - rowBytes - before;
  if (byteLength % rowBytes !== 0 || paddingBytes < 0) {
    const least = Math.ceil((byteLength - paddingBytes) / rowBytes) * rowBytes;
    throw new Error(
      `firmware of this program has ${least} bytes or a multiple of ${rowBytes} above, ` +
        `not ${byteLength}`,
    );
  }
  return [{ loadAddress: paddingAddress, data: seededBytes(seed, paddingBytes) }];
}

/** The agent as a program, or with the product's: everything that both have in one module. */
function deviceModules({ program, config = {} }: FirmwareSource): Modules {
  const folder = fileURLToPath(new URL("../../../hosts/xs/device/", import.meta.url));
  return {
    "main.js": program === undefined ? readFileSync(`${folder}main.js`, "utf8") : own(program),
    "host.js": readFileSync(`${folder}host.js`, "utf8"),
    "device.js": bundle(`${folder}device.js`),
    "config.js": `export const config = Object.freeze(${JSON.stringify(config)});\n`,
  };
}

/** A product's program. Throws an Error of one line that names the first mistake and its place. */
function own(program: string): string {
  try {
    return bundle(program, { alias: { [agentModule]: hostModule }, external: [hostModule] });
  } catch (error) {
    const [mistake] = (error as Partial<BuildFailure>).errors ?? [];
    if (mistake === undefined) throw error;
    const { location, text } = mistake;
    const place = location === null ? program : `${location.file}:${location.line}`;
    throw new Error(`${place}: ${text}`, { cause: error });
  }
}

function bundle(
  entryPoint: string,
  options: Pick<BuildOptions, "alias" | "external"> = {},
): string {
  const { outputFiles } = buildSync({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    // Names stay: they are what an exception on the chip tells.
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "silent",
    ...options,
    external: ["embedded:*", "timer", "crypt", "net", ...(options.external ?? [])],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild gave no bundle");
  return file.text;
}
