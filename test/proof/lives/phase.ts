// In which part of a device's life a flash operation falls, for counts that tell one from another.

import type { FlashOperation } from "../../support/nor-flash.js";
import type { Life } from "./life.js";

export const phases = [
  "boot loader",
  "mount of the store",
  "decision at boot",
  "activation",
  "choice",
  "download: records",
  "download: image",
  "arming",
  "switch",
  "confirmation",
  "way back",
  "between operations",
] as const;

export type Phase = (typeof phases)[number];

export function phaseOf(life: Life, { byteOffset }: FlashOperation): Phase {
  if (life.where === "boot loader") return "boot loader";
  if (life.where === "mount") return "mount of the store";
  switch (life.status?.state) {
    case undefined:
    case "identifying":
      return "decision at boot";
    case "activating":
    case "refused":
      return "activation";
    case "downloading":
      return isImage(life, byteOffset) ? "download: image" : "download: records";
    case "verifying":
    case "rechecking":
      return "arming";
    case "restarting":
    case "restarted":
      return "switch";
    case "testing":
      return "confirmation";
    case "reverting":
    case "healing":
      return "way back";
    default:
      return "choice";
  }
}

export function isImage({ rig }: Life, byteOffset: number): boolean {
  return byteOffset >= rig.layout.slotOffsets[0];
}
