// Shows a simulation to people: one line a step, a bar while bytes come in.

import { SingleBar } from "cli-progress";
import { type AgentStatus, stateSentences } from "../../agent/status.js";
import type { ChipReport } from "../../simulator/chip/chip-options.js";
import type { SimulationObserver } from "../../simulator/simulation.js";

export class SimulationView implements SimulationObserver {
  readonly #out: NodeJS.WriteStream;
  readonly #isVerbose: boolean;
  readonly #startedMs = performance.now();
  #bar: SingleBar | undefined;
  #barStartedMs = 0;
  #barStartBytes = 0;
  #lastLine = "";

  /** @param isVerbose shows the device's own log, too */
  constructor(out: NodeJS.WriteStream, isVerbose: boolean) {
    this.#out = out;
    this.#isVerbose = isVerbose;
  }

  step(text: string): void {
    this.#endBar();
    this.#line(text);
  }

  status(status: AgentStatus): void {
    if (status.state !== "downloading") this.#endBar();
    const trial = status.trial ? " (on trial)" : "";
    const about =
      status.release === undefined || status.state === "idle" ? "" : ` ${status.release}`;
    const reason = status.reason === "" ? "" : `: ${status.reason}`;
    this.#line(`  ${status.version}${trial}  ${stateSentences[status.state]}${about}${reason}`);
  }

  progress(doneBytes: number, totalBytes: number, report: ChipReport): void {
    if (!this.#out.isTTY) {
      this.#tellQuarter(doneBytes, totalBytes);
      return;
    }
    const connections = report.counters["connections"] ?? 0;
    const seconds = (performance.now() - this.#barStartedMs) / 1000;
    const rate = Math.round((doneBytes - this.#barStartBytes) / 1024 / Math.max(seconds, 0.001));
    if (this.#bar === undefined) {
      this.#barStartedMs = performance.now();
      this.#barStartBytes = doneBytes;
      this.#bar = new SingleBar({
        stream: this.#out,
        hideCursor: true,
        format:
          "  [{bar}] {percentage}%  {value}/{total} bytes  {rate} KiB/s  " +
          "connection {connections}",
        barCompleteChar: "=",
        barIncompleteChar: " ",
        barsize: 24,
      });
      this.#bar.start(totalBytes, doneBytes, { rate: 0, connections });
    } else this.#bar.update(doneBytes, { rate, connections });
  }

  diagnostic(line: string): void {
    this.step(line);
  }

  line(text: string): void {
    if (this.#isVerbose) this.step(`    ${text}`);
  }

  /** Ends what is open on the terminal. */
  close(): void {
    this.#endBar();
  }

  /** Without a terminal: a line each quarter. */
  #tellQuarter(doneBytes: number, totalBytes: number): void {
    const quarter = Math.floor((4 * doneBytes) / totalBytes);
    const line = `  ${quarter * 25}% of ${totalBytes} bytes`;
    if (quarter > 0 && line !== this.#lastLine) this.#line(line);
  }

  #endBar(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #line(text: string): void {
    this.#lastLine = text;
    const seconds = ((performance.now() - this.#startedMs) / 1000).toFixed(2).padStart(7);
    this.#out.write(`${seconds}  ${text}\n`);
  }
}
