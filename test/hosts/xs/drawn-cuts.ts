// Losses of power at random places of a life on the engine.

import assert from "node:assert/strict";
import type { PowerCut } from "../../../src/simulator/chip/power-cut.js";
import type { LifeEnd } from "./engine-life.js";

/** One to three cuts; a quarter of each kind, anywhere in a life that is as long as the clean one. */
export function drawCuts(random: () => number, { report, milliseconds }: LifeEnd): PowerCut[] {
  const below = (limit: number): number => Math.floor(random() * limit);
  const { flashOperations, flashBytesProgrammed, slotBytesProgrammed } = report.counters;
  assert.ok(flashOperations && flashBytesProgrammed && slotBytesProgrammed);
  return Array.from({ length: 1 + below(3) }, (): PowerCut => {
    switch (below(4)) {
      case 0:
        return { at: "time", delayMs: below(milliseconds) };
      case 1:
        return { at: "slot-bytes", count: below(slotBytesProgrammed) };
      case 2:
        return { at: "record-bytes", count: below(flashBytesProgrammed - slotBytesProgrammed) };
      default:
        return { at: "operation", count: 1 + below(flashOperations) };
    }
  });
}
