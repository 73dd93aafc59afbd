// The timer and clock ports over the SDK's timer and time modules.

import Time from "time";
import SDKTimer from "timer";
import type { Clock, Timer } from "../../src/ports/timer.js";

export const timer: Timer = Object.freeze({
  set: (callback: () => void, delayMs: number) => SDKTimer.set(callback, delayMs),
  // Handles come from `set` alone; the SDK's type has a private brand that a port cannot name.
  clear: (handle: object | number) => {
    SDKTimer.clear(handle as SDKTimer);
  },
});

/**
 * Starts a clock. The SDK's counter wraps after 49 days: steps of it are added up, so the clock
 * must be read once in that time, which every poll does.
 */
export function startClock(): Clock {
  let lastTicks = Time.ticks;
  let elapsedMs = lastTicks >>> 0;
  return () => {
    const ticks = Time.ticks;
    elapsedMs += (ticks - lastTicks) >>> 0;
    lastTicks = ticks;
    return elapsedMs;
  };
}
