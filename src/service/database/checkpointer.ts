// Has SQLite's log written back into the file beside the service's own thread, some time after a
// write. The thread is started when it is first needed: most commands end before.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { checkpointDelayMs } from "../limits.js";

export class Checkpointer {
  readonly #path: string;
  #thread: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `path`: of SQLite's file. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Says that something was written. */
  noteWrite(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#start().postMessage("checkpoint");
    }, checkpointDelayMs).unref();
  }

  /** Resolves when the thread has closed the file. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const thread = this.#thread;
    if (thread === undefined) return;
    const ended = once(thread, "exit");
    thread.ref();
    thread.postMessage("close");
    await ended;
  }

  #start(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    const program = new URL("./checkpoint-thread.js", import.meta.url);
    const thread = new Worker(program, { workerData: this.#path });
    // It may end by itself, out of memory: SQLite then writes back at the bound of the log.
    thread.on("error", () => undefined);
    thread.once("exit", () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    thread.unref();
    this.#thread = thread;
    return thread;
  }
}
