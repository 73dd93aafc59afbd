// A bar on the terminal while much is sent or received; nothing where nobody looks.

import { SingleBar } from "cli-progress";

export class ProgressBar {
  readonly #bar: SingleBar | undefined;

  /** `unit`: what is counted, "bytes". */
  constructor(total: number, unit: string, isWanted: boolean) {
    if (!isWanted || !process.stderr.isTTY) return;
    this.#bar = new SingleBar({
      stream: process.stderr,
      hideCursor: true,
      format: `  [{bar}] {percentage}%  {value}/{total} ${unit}  {eta_formatted} left`,
      barCompleteChar: "=",
      barIncompleteChar: " ",
      barsize: 24,
    });
    this.#bar.start(total, 0);
  }

  update(done: number): void {
    this.#bar?.update(done);
  }

  end(): void {
    this.#bar?.stop();
  }
}
