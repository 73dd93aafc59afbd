// The SDK's timers, fired by hand.

export default class FakeTimer {
  static pending: FakeTimer[] = [];

  readonly callback: () => void;
  readonly delayMs: number;
  readonly repeats: boolean;

  constructor(callback: () => void, delayMs: number, repeats: boolean) {
    this.callback = callback;
    this.delayMs = delayMs;
    this.repeats = repeats;
    FakeTimer.pending.push(this);
  }

  static set(callback: () => void, delayMs = 0): FakeTimer {
    return new FakeTimer(callback, delayMs, false);
  }

  static repeat(callback: () => void, intervalMs: number): FakeTimer {
    return new FakeTimer(callback, intervalMs, true);
  }

  static clear(timer: FakeTimer): void {
    FakeTimer.pending = FakeTimer.pending.filter((pending) => pending !== timer);
  }

  /** Fires every timer that is set, once. */
  static fire(): void {
    const due = FakeTimer.pending;
    FakeTimer.pending = due.filter(({ repeats }) => repeats);
    for (const { callback } of due) callback();
  }
}
