// One-shot timers, and a clock that only goes forward.

/** What `set` returned; opaque. */
export type TimerHandle = object | number;

/** Timers that fire once, in a turn of their own. */
export interface Timer {
  /** Calls `callback` once, `delayMs` from now or later, never before `set` returns. */
  set(callback: () => void, delayMs: number): TimerHandle;
  /** Takes a timer back. Clearing a timer that has fired is no error. */
  clear(handle: TimerHandle): void;
}

/** Milliseconds since boot, monotonic, not wrapping in the life of a device. */
export type Clock = () => number;
