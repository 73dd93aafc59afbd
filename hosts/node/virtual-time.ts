// Virtual time: callbacks in the order of their moments, none of them waited for. One instance
// drives any number of chips, their network and their servers, and always in the same order.

interface Event {
  readonly atMs: number;
  /** Order among events of the same moment. */
  readonly sequence: number;
  readonly callback: () => void;
  cancelled: boolean;
}

export type VirtualEvent = object;

export class VirtualTime {
  #nowMs = 0;
  #sequence = 0;
  /** Binary heap, the next event first. */
  readonly #heap: Event[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that are still to come. Counts them: not for busy places. */
  get pending(): number {
    return this.#heap.filter(({ cancelled }) => !cancelled).length;
  }

  /** Calls `callback` in `delayMs`: at once if that is negative, never if it is infinite. */
  schedule(callback: () => void, delayMs: number): VirtualEvent {
    if (Number.isNaN(delayMs)) throw new RangeError("a delay is no number");
    this.#sequence += 1;
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const event: Event = { atMs, sequence: this.#sequence, callback, cancelled: false };
    if (atMs === Infinity) return event;
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** Lets time pass within an event: what falls due meanwhile comes late. */
  pass(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  /** Cancelling what has happened is no error. */
  cancel(event: VirtualEvent): void {
    (event as Event).cancelled = true;
  }

  /** Runs the next event; false if there is none, or none up to `untilMs`. */
  step(untilMs = Infinity): boolean {
    for (;;) {
      const [next] = this.#heap;
      if (next === undefined || next.atMs > untilMs) return false;
      this.#removeFirst();
      if (next.cancelled) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      return true;
    }
  }

  /**
   * Runs until `done` says so; false if `untilMs` came first, and then it is that late, or if
   * there were no more events.
   */
  runUntil(done: () => boolean, untilMs = Infinity): boolean {
    while (!done()) {
      if (this.step(untilMs)) continue;
      if (untilMs < Infinity) this.#nowMs = Math.max(this.#nowMs, untilMs);
      return false;
    }
    return true;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(index: number): void {
    let child = index;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfEarlier(child, parent)) return;
      child = parent;
    }
  }

  #sink(index: number): void {
    let parent = index;
    for (;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      const child = this.#isEarlier(right, left) ? right : left;
      if (!this.#swapIfEarlier(child, parent)) return;
      parent = child;
    }
  }

  #isEarlier(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    if (!this.#isEarlier(child, parent)) return false;
    const a = this.#heap[child];
    const b = this.#heap[parent];
    if (a === undefined || b === undefined) return false;
    this.#heap[parent] = a;
    this.#heap[child] = b;
    return true;
  }
}
