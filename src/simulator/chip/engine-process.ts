// One program on XS: the engine as a child process, its output line by line, the watchdog at its
// side, and what its end means. Which boot comes next is decided in simulated-chip.ts.
//
// The watchdog: the program writes a byte to file descriptor 3 now and then; silence ends it.

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ProgramEnd } from "./processor.js";

export interface EngineOptions {
  /** Path of the engine's binary. */
  readonly path: string;
  readonly arguments: readonly string[];
  readonly watchdogMs: number;
  /** A line that the program traced. */
  readonly onLine: (line: string) => void;
  /** A line of the engine's own; they begin with `#`. */
  readonly onDiagnostic: (line: string) => void;
  /** Called once, when all lines have been delivered. */
  readonly onEnd: (end: ProgramEnd) => void;
}

const watchdogDescriptor = 3;
const watchdogArguments = ["--watchdog-fd", String(watchdogDescriptor)];

/** Exit codes of the engine (engine/README.md). */
const ends: Readonly<Record<number, ProgramEnd>> = {
  0: "idle",
  10: "restart",
  11: "memory-full",
  12: "stack-overflow",
  13: "exception",
  14: "rejection",
  15: "bad-program",
  16: "bad-program",
  17: "bad-program",
  19: "power-cut",
};

export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #watchdogMs: number;
  #watchdog: NodeJS.Timeout | undefined;
  #isFed = false;
  /** Why we ended it ourselves. */
  #verdict: "silent" | "killed" | "host-failure" | undefined;
  #isOver = false;

  constructor(options: EngineOptions) {
    this.#watchdogMs = options.watchdogMs;
    this.#child = spawn(options.path, [...watchdogArguments, ...options.arguments], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const { stdout, stderr } = this.#child;
    if (stdout !== null) createInterface(stdout).on("line", options.onLine);
    if (stderr !== null) createInterface(stderr).on("line", options.onDiagnostic);
    this.#child.on("error", (error) => {
      this.#verdict = "host-failure";
      options.onDiagnostic(`# ${options.path}: ${error.message}`);
    });
    this.#child.on("close", (code, signal) => {
      this.#isOver = true;
      clearTimeout(this.#watchdog);
      options.onEnd(this.#verdict ?? endOf(code, signal));
    });
    this.#watch();
  }

  /** Ends it at once, as a power cut does. `onEnd` follows. */
  kill(): void {
    this.#end("killed");
  }

  #end(verdict: "silent" | "killed"): void {
    if (this.#isOver) return;
    this.#verdict ??= verdict;
    this.#child.kill("SIGKILL");
  }

  #watch(): void {
    const feed = this.#child.stdio[watchdogDescriptor] as Readable;
    feed.on("data", () => {
      this.#isFed = true;
    });
    this.#wait();
  }

  #wait(): void {
    this.#isFed = false;
    this.#watchdog = setTimeout(() => {
      // If this process was held up itself, the byte may be there and not have been read yet.
      setImmediate(() => {
        if (this.#isFed) this.#wait();
        else this.#end("silent");
      });
    }, this.#watchdogMs);
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): ProgramEnd {
  if (signal !== null) return "crash";
  return ends[code ?? -1] ?? "host-failure";
}
