// The module "embedded:io/digital" of the SDK's simulator: a light goes on and off on the console.

export default class Digital {
  static readonly Output = 8;
  readonly #pin: number;

  constructor({ pin }: { readonly pin: number; readonly mode: number }) {
    this.#pin = pin;
  }

  write(value: 0 | 1): void {
    trace(`pin ${this.#pin}: ${value}\n`);
  }
}
