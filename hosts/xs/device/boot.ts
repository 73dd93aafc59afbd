// The boot port over the simulated chip's own module.

import ChipBoot from "embedded:x-chip/boot";
import type { Boot } from "../../../src/ports/boot.js";

export function openBoot(): Boot {
  return {
    slot: ChipBoot.slot,
    resetReason: ChipBoot.resetReason,
    restart: () => {
      ChipBoot.restart();
    },
    feedWatchdog: () => {
      ChipBoot.feedWatchdog();
    },
  };
}
