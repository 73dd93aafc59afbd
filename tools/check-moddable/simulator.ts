// The SDK's own simulator, mcsim, without a screen: one app on it, run after run, as a chip runs boot
// after boot. It never ends by itself; killing it is a power cut.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SDK } from "./sdk.js";

/**
 * What each heap had grown to, which never shrinks, and the deepest stack; bytes. Slots are 32 bytes
 * here, 16 on a chip.
 */
export interface MemoryPeaks {
  readonly chunkBytes: number;
  readonly slotBytes: number;
  readonly stackBytes: number;
}

/** Columns of the SDK's instruments. */
const columns = { chunk: "Chunk available", slot: "Slot available", stack: "Stack used" } as const;

/** A screen that nobody sees, for as many simulators as come. */
export class Screen {
  readonly display: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, display: string) {
    this.#process = process;
    this.display = display;
  }

  /** Throws an Error that says what to install. */
  static async open(): Promise<Screen> {
    const screen = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "640x480x24"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const number = await new Promise<string>((resolve, reject) => {
      screen.once("error", () => {
        reject(new Error("Xvfb is missing (apt-get install xvfb)"));
      });
      screen.once("exit", (code) => {
        reject(new Error(`Xvfb ended with code ${code}`));
      });
      createInterface(screen.stdout).once("line", resolve);
    });
    return new Screen(screen, `:${number}`);
  }

  close(): void {
    this.#process.removeAllListeners();
    this.#process.kill();
  }
}

export interface SimulatorOptions {
  readonly sdk: SDK;
  readonly screen: Screen;
  /** The app: an mc.so. */
  readonly library: string;
}

const stageMs = 180_000;
const pollMs = 20;

/** Waits for one thing. Throws an Error that says what was waited for, and why it did not come. */
export async function stage(
  name: string,
  begin: (reach: () => void, fail: (problem: string) => void) => () => void | Promise<void>,
): Promise<void> {
  let end: () => void | Promise<void> = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (problem: string): void => {
        reject(new Error(`${name}: ${problem}`));
      };
      timer = setTimeout(fail, stageMs, `not reached in ${stageMs / 1000} s`);
      end = begin(resolve, fail);
    });
  } finally {
    clearTimeout(timer);
    await end();
  }
}

export class Simulator {
  readonly #options: SimulatorOptions;
  readonly #home = mkdtempSync(join(tmpdir(), "mcsim-"));
  #process: ChildProcess | undefined;
  #names: readonly string[] = [];
  #peaks = { chunkBytes: 0, slotBytes: 0, stackBytes: 0 };
  #heard: (line: string) => void = () => undefined;
  /** Boots so far. */
  runs = 0;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    // Where mcsim keeps its copy of the app. It does not make the folder.
    mkdirSync(join(this.#home, ".config/tech.moddable.mcsim"), { recursive: true });
  }

  /** Why it cannot run here, if it cannot. */
  static problem(sdk: SDK): string | undefined {
    if (process.platform !== "linux") return `not on ${process.platform}`;
    const program = join(sdk.bin, "mcsim");
    return existsSync(program) ? undefined : `${program} is missing: build the SDK's tools`;
  }

  get peaks(): MemoryPeaks {
    return this.#peaks;
  }

  /**
   * Boots, again after each reset, until a line says so (or, without a line, the world); then the
   * power is cut. `isReached` is asked with "" now and then.
   */
  async until(name: string, isReached: (line: string) => boolean): Promise<void> {
    let last = "nothing was said";
    await stage(name, (reach, fail) => {
      this.#heard = (line) => {
        last = line;
        if (isReached(line)) reach();
        else if (line.startsWith("reset (reason ")) this.#start();
        else if (line.includes("XS abort")) fail(line);
      };
      const poll = setInterval(() => {
        if (isReached("")) reach();
      }, pollMs);
      this.#start();
      return () => {
        clearInterval(poll);
        this.#heard = () => undefined;
        this.#kill();
      };
    }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; last: ${last}`, { cause: error });
    });
  }

  /** Loads the app anew: a boot. */
  #start(): void {
    const { sdk, screen, library } = this.#options;
    this.#kill();
    this.runs += 1;
    // Its output goes to a pipe, where it would wait in a buffer without stdbuf.
    const child = spawn(
      "stdbuf",
      ["-oL", "-eL", join(sdk.bin, "mcsim"), join(sdk.root, "build/simulators"), library],
      {
        cwd: this.#home,
        detached: true,
        env: { ...process.env, DISPLAY: screen.display, HOME: this.#home },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        if (this.#process === child) this.#take(line);
      });
    }
  }

  /** At once, whatever it does. Nothing of it is heard any more. */
  #kill(): void {
    const pid = this.#process?.pid;
    this.#process = undefined;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  close(): void {
    this.#kill();
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  #take(line: string): void {
    const [, key] = /^instruments key: (.*)$/.exec(line) ?? [];
    const [, sample] = /^instruments: (.*)$/.exec(line) ?? [];
    if (key !== undefined) this.#names = key.split(",");
    else if (sample !== undefined) this.#sample(sample.split(",").map(Number));
    else this.#heard(line);
  }

  #sample(values: readonly number[]): void {
    const value = (name: string): number => values[this.#names.indexOf(name)] ?? 0;
    const { chunkBytes, slotBytes, stackBytes } = this.#peaks;
    this.#peaks = {
      chunkBytes: Math.max(chunkBytes, value(columns.chunk)),
      slotBytes: Math.max(slotBytes, value(columns.slot)),
      stackBytes: Math.max(stackBytes, value(columns.stack)),
    };
  }
}
