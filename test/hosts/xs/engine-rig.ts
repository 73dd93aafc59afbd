// Runs pieces of JavaScript on the C host: files in a folder of their own, one process per run.
//
// XS_ENGINE=build/xs/xs-sanitize (or any other build) in the environment runs the same tests
// on that binary.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Context } from "mocha";

import { builtEngine } from "./built-engine.js";

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the program traced. */
  readonly stdout: string;
  /** What the host said. */
  readonly stderr: string;
}

export interface RunOptions {
  readonly arguments?: readonly string[];
  /** Called with every piece of output; may end the process. */
  readonly onTrace?: (text: string, kill: () => void) => void;
  /** Closes the reading end of stdout at once. */
  readonly isDeaf?: boolean;
  /** Called with every piece that the program wrote to descriptor 3. */
  readonly onWatchdog?: (bytes: number) => void;
}

export class EngineRig {
  readonly #engine: string;
  readonly folder: string;

  private constructor(engine: string) {
    this.#engine = engine;
    this.folder = mkdtempSync(join(tmpdir(), "engine-"));
  }

  /** To be called in a `before` hook; skips the suite if there is no C compiler. */
  static async open(context: Context): Promise<EngineRig> {
    const chosen = process.env["XS_ENGINE"];
    return new EngineRig(chosen === undefined ? await builtEngine(context) : resolve(chosen));
  }

  /** The path of a file in the rig's folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Writes the files and runs `main.js`, or the text itself if it is one. */
  run(
    files: string | Readonly<Record<string, string>>,
    options: RunOptions = {},
  ): Promise<Outcome> {
    const all = typeof files === "string" ? { "main.js": files } : files;
    for (const [name, text] of Object.entries(all)) this.write(name, text);
    return this.start([...(options.arguments ?? []), this.path("main.js")], options);
  }

  /** Runs the binary. */
  start(parameters: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const { onTrace, onWatchdog } = options;
    return new Promise((done, fail) => {
      const child = spawn(this.#engine, parameters, {
        stdio: ["ignore", "pipe", "pipe", onWatchdog === undefined ? "ignore" : "pipe"],
        env: { ...process.env, ASAN_OPTIONS: "detect_leaks=0" },
      });
      let stdout = "";
      let stderr = "";
      if (options.isDeaf === true) child.stdout?.destroy();
      child.stdout?.on("data", (piece: Buffer) => {
        stdout += piece.toString();
        onTrace?.(stdout, () => child.kill("SIGKILL"));
      });
      child.stderr?.on("data", (piece: Buffer) => (stderr += piece.toString()));
      child.stdio[3]?.on("data", (piece: Buffer) => onWatchdog?.(piece.length));
      child.on("error", fail);
      child.on("close", (code, signal) => {
        done({ code, signal, stdout, stderr });
      });
    });
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}
