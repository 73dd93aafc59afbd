// What executes programs on a simulated chip: XS in a process of its own, or this Node process.
// Boot loader, resets and power are simulated-chip.ts's, the same for both.

import type { ResetReason } from "../../ports/boot.js";
import type { ChipEvent } from "./chip-event.js";
import type { Counters } from "./counters.js";
import type { FlashCut } from "./power-cut.js";

/** How a program ended. */
export type ProgramEnd =
  /** It asked for a reset. */
  | "restart"
  /** Uncaught exception, unhandled rejection, memory full, stack overflow: the chip resets. */
  | "exception"
  | "rejection"
  | "memory-full"
  | "stack-overflow"
  /** It has a fault that shows before it runs. */
  | "bad-program"
  /** Nothing is left to do: on a chip, nothing happens any more. */
  | "idle"
  /** The cut that was due has fallen. */
  | "power-cut"
  /** The watchdog heard nothing. */
  | "silent"
  /** `kill` was called. */
  | "killed"
  /** The engine itself crashed. */
  | "crash"
  /** The engine was not set up right; no boot will be better. */
  | "host-failure";

/** One program, from its start to its end. */
export interface ProgramStart {
  /** The slot it was loaded from. */
  readonly slot: number;
  /** What follows the descriptor in its image: the archive of its modules. */
  readonly payload: Uint8Array;
  readonly reason: ResetReason;
  readonly cut: FlashCut | undefined;
  /** What its agent tells. */
  readonly onEvent: (event: ChipEvent) => void;
  /** A line that it traced, for people. */
  readonly onLine: (line: string) => void;
  /** A line of the engine's own; they begin with `#`. */
  readonly onDiagnostic: (line: string) => void;
  /** Called once, after everything else. */
  readonly onEnd: (end: ProgramEnd) => void;
}

export interface Processor {
  /** The power comes on after it was off. */
  open(): void;
  /** Starts a program; none runs. Throws an Error if there is no program to run in the payload. */
  start(program: ProgramStart): void;
  /** Ends the program at once, as a power cut does. `onEnd` follows. */
  kill(): void;
  /** Switched off: no program runs, and nothing of it is left behind. */
  close(): void;
  /** What engine and program have counted, over all programs. */
  counters(): Counters;
}
