// What the service says of its own errors. An error that repeats is told once, and then, once a
// minute, how often it came again: a full disk must not fill the log as well. The log itself may
// fail: that costs lines, and nothing else.

import { DatabaseUnreachable } from "./errors.js";
import { errorKindsMax, errorRepeatMs } from "./limits.js";

export class ErrorLog {
  readonly #write: (line: string) => void;
  /** How often each error has come since it was told. */
  readonly #repeats = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `write`: takes a line, or several; it may throw. Default: nothing is told. */
  constructor(write: (line: string) => void = () => undefined) {
    this.#write = write;
  }

  tell(error: unknown): void {
    const text = textOf(error);
    const repeats = this.#repeats.get(text);
    if (repeats !== undefined) {
      this.#repeats.set(text, repeats + 1);
      return;
    }
    if (this.#repeats.size >= errorKindsMax) this.flush();
    this.#repeats.set(text, 0);
    this.#tell(text);
    this.#timer ??= setTimeout(() => this.flush(), errorRepeatMs).unref();
  }

  /** Tells what came again, and begins to count anew. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [text, repeats] of this.#repeats) {
      const [line = ""] = text.split("\n");
      if (repeats > 0) this.#tell(`${line} (${repeats} more times)`);
    }
    this.#repeats.clear();
  }

  #tell(line: string): void {
    try {
      this.#write(line);
    } catch {
      // There is nowhere left to tell it.
    }
  }
}

/** A database that cannot be reached is no bug: its stack would say nothing. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DatabaseUnreachable) return `${error.name}: ${error.message}`;
  return error.stack ?? error.message;
}
