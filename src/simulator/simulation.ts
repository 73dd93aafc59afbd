// One simulation: a stage, a chip; then life takes its course until the device is confirmed on a new
// version, or cannot be. Here is what drives and observes; stage.ts sets up, verdict.ts judges.

import { existsSync } from "node:fs";
import type { AgentStatus } from "../agent/status.js";
import type { ChipEvent } from "./chip/chip-event.js";
import type { ChipBoot, ChipObserver, ChipReport } from "./chip/chip-options.js";
import { randomCuts, type PowerCut } from "./chip/power-cut.js";
import { DownloadAccount } from "./download-account.js";
import { openEngine, type Engine } from "./engine.js";
import type { Facts } from "./facts.js";
import type { SimulationOptions } from "./simulation-options.js";
import { openStage, type Stage } from "./stage.js";
import { Verdict, type Ending } from "./verdict.js";

/** What goes on, for a view of it. */
export interface SimulationObserver {
  /** A step of the simulation, in words. */
  step(text: string): void;
  status(status: AgentStatus): void;
  progress(doneBytes: number, totalBytes: number, report: ChipReport): void;
  /** A line of the engine's own. */
  diagnostic(line: string): void;
  /** A line of the device's own log. */
  line?(text: string): void;
  booted?(boot: ChipBoot): void;
  powerCut?(): void;
}

export interface SimulationResult {
  readonly facts: Facts;
  /** Why the device did not end confirmed on a new version. Absent: it did. */
  readonly problem?: string;
}

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #observer: SimulationObserver;
  readonly #interrupt: AbortSignal | undefined;
  readonly #startedMs = performance.now();

  /** @param interrupt ends the simulation early when it is aborted; its facts are told still */
  constructor(options: SimulationOptions, observer: SimulationObserver, interrupt?: AbortSignal) {
    this.#options = options;
    this.#observer = observer;
    this.#interrupt = interrupt;
  }

  /** Throws what could not be set up; the device's own failures are in the result. */
  async run(): Promise<SimulationResult> {
    const { program, engine: name } = this.#options;
    if (program !== undefined && !existsSync(program)) {
      throw new Error(`--program: ${program} is not there: name the product's main module`);
    }
    const onStep = (text: string): void => {
      this.#observer.step(text);
    };
    const engine = await openEngine(name, onStep);
    const stage = await openStage(this.#options, onStep);
    try {
      return await this.#live(engine, stage);
    } finally {
      await stage.close();
    }
  }

  async #live(engine: Engine, stage: Stage): Promise<SimulationResult> {
    const { heap, timeout } = this.#options;
    const verdict = new Verdict(stage.versionBefore);
    const account = new DownloadAccount();
    let settle: (ending: Ending) => void = () => undefined;
    const ended = new Promise<Ending>((resolve) => {
      settle = resolve;
    });
    const life = { verdict, account, report: () => chip.report(), settle };
    const chip = engine.makeChip({
      flashFile: stage.device.path,
      heapBytes: heap,
      cuts: this.#cuts(),
      flashTimes: this.#options.flashTimes,
      config: stage.config,
      observer: this.#observe(life),
    });
    const timer = setTimeout(() => {
      settle({ problem: `it took longer than ${timeout} s; last: ${verdict.lastWords}` });
    }, timeout * 1000);
    const interrupt = (): void => {
      settle({ problem: "interrupted" });
    };
    this.#interrupt?.addEventListener("abort", interrupt);
    if (this.#interrupt?.aborted === true) interrupt();
    chip.powerOn();
    const { problem } = await ended;
    clearTimeout(timer);
    this.#interrupt?.removeEventListener("abort", interrupt);
    await chip.powerOff();
    const facts = this.#facts(engine, stage, life);
    return problem === undefined ? { facts } : { facts, problem };
  }

  #cuts(): PowerCut[] {
    const { cuts, seed, cutAt, size, server } = this.#options;
    if (cuts !== undefined) return randomCuts({ count: cuts, seed, imageBytes: size });
    // An outside service's release has a size that is not known here.
    if (cutAt === undefined && server !== undefined) return [];
    return [{ at: "slot-bytes", count: cutAt ?? Math.floor(size / 2) }];
  }

  #observe({ verdict, account, report, settle }: Life): ChipObserver {
    const end = (ending: Ending | undefined): void => {
      if (ending !== undefined) settle(ending);
    };
    return {
      booted: (boot) => {
        const { reason, slot, refused } = boot;
        for (const problem of refused) this.#observer.step(`the boot loader refuses ${problem}`);
        this.#observer.step(`boot (${reason}) from ota_${slot}`);
        this.#observer.booted?.(boot);
        const { boots, powerCuts } = report();
        end(verdict.booted(boots, powerCuts));
      },
      event: (event) => {
        if (event.event === "progress") {
          this.#tellProgress(event, account, report());
          verdict.progress();
        } else {
          this.#observer.status(event);
          end(verdict.status(event));
        }
      },
      line: (line) => {
        this.#observer.line?.(line.trimEnd());
      },
      diagnostic: (line) => {
        verdict.diagnostic(line);
        this.#observer.diagnostic(line);
      },
      powerCut: () => {
        account.powerCut();
        this.#observer.step("POWER CUT");
        this.#observer.powerCut?.();
      },
      failed: (problem) => {
        settle({ problem: `the chip cannot go on: ${problem}` });
      },
    };
  }

  #tellProgress({ done, total }: Progress, account: DownloadAccount, report: ChipReport): void {
    const resumes = account.progress(done, total, report.counters["bytesFetched"] ?? 0);
    if (resumes !== undefined) this.#observer.step(resumes);
    this.#observer.progress(done, total, report);
  }

  #facts(engine: Engine, { device, link, versionBefore }: Stage, life: Life): Facts {
    const { powerCuts, boots, eraseCount, counters } = life.report();
    const { imageBytes, missingBytes } = life.account;
    const bytesFetched = counters["bytesFetched"] ?? 0;
    return {
      versionBefore,
      versionAfter: life.verdict.versionAfter,
      activated: device.hasCik,
      imageBytes,
      bytesFetched,
      bytesRefetched: Math.max(0, bytesFetched - missingBytes),
      requests: counters["requests"] ?? 0,
      connections: link.connections,
      serverBytesResent: Math.max(0, link.rangeBytesSent - missingBytes),
      powerCuts,
      boots,
      eraseCount,
      engine: engine.description,
      slotBytes: engine.slotBytes,
      heapBytes: engine.slotBytes === null ? null : this.#options.heap,
      seconds: Math.round((performance.now() - this.#startedMs) / 10) / 100,
    };
  }
}

type Progress = Extract<ChipEvent, { event: "progress" }>;

interface Life {
  readonly verdict: Verdict;
  readonly account: DownloadAccount;
  readonly report: () => ChipReport;
  readonly settle: (ending: Ending) => void;
}
