// A service in a process of its own, as `provision serve` runs it, for the tests that kill it or
// need several.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const program = resolve("build/src/cli/main.js");

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface ServiceProcessOptions {
  readonly dataDirectory: string;
  /** postgres://...; default: a SQLite file in the directory. */
  readonly url?: string | undefined;
  readonly more?: readonly string[];
}

export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Resolves when it listens. Throws what it says if it does not come to that. */
  static async start(options: ServiceProcessOptions): Promise<ServiceProcess> {
    const { dataDirectory, url, more = [] } = options;
    const words = ["serve", "--data", dataDirectory, "--port", "0", "--json", ...more];
    if (url !== undefined) words.push("--database", url);
    const child = spawn(process.execPath, [program, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    const first = await Promise.race([once(child.stdout, "data"), once(child, "close")]);
    if (!(first[0] instanceof Buffer)) throw new Error(`the service did not start: ${complaint}`);
    const { port } = JSON.parse(first[0].toString()) as { port: number };
    // A test that fails and leaves it running must not keep the tests from ending.
    for (const handle of [child, child.stdout, child.stderr] as { unref(): void }[]) handle.unref();
    return new ServiceProcess(child, port);
  }

  /** Its id, as the system knows it. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** SIGKILL: whatever it was doing, it does no more. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    const exited = once(this.child, "exit");
    this.child.kill(signal);
    await exited;
  }
}
