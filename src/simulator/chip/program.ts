// From a flash file to the program that runs: the boot loader's work, and the payload of the image
// that it chose.

import { openSha256 } from "../../../hosts/node/digest.js";
import { readBytes } from "../../formats/boot/boot-flash.js";
import type { BootSegment } from "../../formats/boot/boot-image.js";
import { boot, type BootTry } from "../../formats/boot/boot-loader.js";
import { FlashFile, PowerFailure, type FlashWork } from "./flash-file.js";
import type { FlashCut } from "./power-cut.js";

/** What a boot loader's run led to, and what it did to the flash. */
export interface ProgramLoad {
  readonly work: FlashWork;
  readonly outcome:
    | { readonly kind: "loaded"; readonly slot: number; readonly payload: Uint8Array }
    | { readonly kind: "power-failed" }
    /** Nothing can start; every further boot would end in the same way. */
    | { readonly kind: "stuck"; readonly problem: string };
  /** Images that were looked at. */
  readonly tried: readonly BootTry[];
}

const descriptorBytes = 256;
const noWork: FlashWork = { operations: 0, slotBytes: 0, recordBytes: 0, blocksErased: 0 };

/** Runs the boot loader on a flash file, in which the power fails at `cut`. */
export function loadProgram(flashFile: string, cut: FlashCut | undefined): ProgramLoad {
  let flash: FlashFile;
  try {
    flash = new FlashFile(flashFile, { cut });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { work: noWork, tried: [], outcome: { kind: "stuck", problem } };
  }
  try {
    return { ...bootFrom(flash), work: flash.work };
  } finally {
    flash.close();
  }
}

function bootFrom(flash: FlashFile): Pick<ProgramLoad, "tried" | "outcome"> {
  try {
    const { booted, tried, problem = "nothing starts" } = boot(flash, { openDigest: openSha256 });
    if (booted === undefined) return { tried, outcome: { kind: "stuck", problem } };
    const payload = readPayload(flash, booted.image.segments[0]);
    return { tried, outcome: { kind: "loaded", slot: booted.index, payload } };
  } catch (error) {
    if (error instanceof PowerFailure) return { tried: [], outcome: { kind: "power-failed" } };
    throw error;
  }
}

/** What stands behind the app descriptor in the image's first segment. */
function readPayload(flash: FlashFile, segment: BootSegment | undefined): Uint8Array {
  if (segment === undefined) return new Uint8Array(0);
  const address = segment.address + descriptorBytes;
  return readBytes(flash, address, segment.byteLength - descriptorBytes);
}
