// The timer and clock ports over the simulated chip's modules. Its counter does not wrap.

import ChipBoot from "embedded:x-chip/boot";
import ChipTimer from "timer";
import type { Clock, Timer } from "../../../src/ports/timer.js";

export const timer: Timer = Object.freeze({
  set: (callback: () => void, delayMs: number) => ChipTimer.set(callback, delayMs),
  // Handles come from `set` alone.
  clear: (handle: object | number) => {
    ChipTimer.clear(handle as object);
  },
});

export const clock: Clock = () => ChipBoot.ticks();
