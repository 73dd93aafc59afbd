// From a flash file to the program that runs: the boot loader's work, and the modules that the
// chosen image carries, laid out as files for the engine.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSha256 } from "../../../hosts/node/digest.js";
import { readBytes } from "../../formats/boot/boot-flash.js";
import type { BootSegment } from "../../formats/boot/boot-image.js";
import { boot, type BootTry } from "../../formats/boot/boot-loader.js";
import { FlashFile, PowerFailure, type FlashFileCut } from "./flash-file.js";
import { decodeModules, type Modules } from "../firmware/module-archive.js";

/** What a boot loader's run came to, and what it did to the flash. */
export interface ProgramLoad {
  readonly operations: number;
  readonly bytesProgrammed: number;
  readonly blocksErased: number;
  readonly outcome:
    | { readonly kind: "loaded"; readonly slot: number; readonly modules: Modules }
    | { readonly kind: "power-failed" }
    /** Nothing can start; every further boot would come to the same. */
    | { readonly kind: "stuck"; readonly problem: string };
  /** Images that were looked at. */
  readonly tried: readonly BootTry[];
}

/** The module that is run. */
const mainModule = "main.js";

const descriptorBytes = 256;

/** Runs the boot loader on a flash file, in which the power fails at `cut`. */
export function loadProgram(flashFile: string, cut: FlashFileCut | undefined): ProgramLoad {
  let flash: FlashFile;
  try {
    flash = new FlashFile(flashFile, cut);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const nothing = { operations: 0, bytesProgrammed: 0, blocksErased: 0, tried: [] };
    return { ...nothing, outcome: { kind: "stuck", problem } };
  }
  try {
    const { tried, outcome } = bootFrom(flash);
    const { operations, bytesProgrammed, blocksErased } = flash;
    return { operations, bytesProgrammed, blocksErased, tried, outcome };
  } finally {
    flash.close();
  }
}

function bootFrom(flash: FlashFile): Pick<ProgramLoad, "tried" | "outcome"> {
  try {
    const { booted, tried, problem = "nothing starts" } = boot(flash, { openDigest: openSha256 });
    if (booted === undefined) return { tried, outcome: { kind: "stuck", problem } };
    const modules = readModules(flash, booted.image.segments[0]);
    if ("problem" in modules) return { tried, outcome: { kind: "stuck", ...modules } };
    return { tried, outcome: { kind: "loaded", slot: booted.index, ...modules } };
  } catch (error) {
    if (error instanceof PowerFailure) return { tried: [], outcome: { kind: "power-failed" } };
    throw error;
  }
}

/** The payload stands behind the app descriptor in the image's first segment. */
function readModules(
  flash: FlashFile,
  segment: BootSegment | undefined,
): { readonly modules: Modules } | { readonly problem: string } {
  if (segment === undefined) return { problem: "the image that starts is empty" };
  const address = segment.address + descriptorBytes;
  try {
    const bytes = readBytes(flash, address, segment.byteLength - descriptorBytes);
    return { modules: decodeModules(bytes) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Writes the modules into an empty folder; returns the path of the main module. */
export function writeModules(modules: Modules, folder: string): string {
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, name), text);
  return join(folder, mainModule);
}
