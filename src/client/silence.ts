// A time-out that starts anew whenever something moves: an upload may take an hour, but not stand
// still.

export class Silence {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(timeoutMs: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`nothing moved for ${timeoutMs / 1000} s`));
    }, timeoutMs);
  }

  /** Aborts after `timeoutMs` without a call of `moved`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  moved(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
