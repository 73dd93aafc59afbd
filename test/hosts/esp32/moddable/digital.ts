// The SDK's pins, which note what is written to them.

export default class FakeDigital {
  static readonly Output = 8;
  /** The pin opened last. */
  static last: FakeDigital | undefined;

  readonly options: { readonly pin: number; readonly mode: number };
  readonly written: number[] = [];

  constructor(options: FakeDigital["options"]) {
    this.options = options;
    FakeDigital.last = this;
  }

  write(value: 0 | 1): void {
    this.written.push(value);
  }
}
