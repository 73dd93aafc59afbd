// What the boot loader knows and the running image must ask for.

/** Why the chip last reset. `software` covers a restart asked for and an uncaught exception. */
export type ResetReason = "power-on" | "brown-out" | "software" | "panic" | "watchdog" | "unknown";

/** The boot loader's side of the chip, as far as an agent needs it. */
export interface Boot {
  /** Index of the running slot: 0 is ota_0. */
  readonly slot: number;
  /** Why the chip last reset. */
  readonly resetReason: ResetReason;
  /**
   * Resets the chip. It may return: what the program does in this boot after that does not count.
   */
  restart(): void;
  /** Tells the watchdog that the program is alive. */
  feedWatchdog(): void;
}
