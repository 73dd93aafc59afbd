// A simulated chip's processor without an engine: the agent runs in this Node process, over the same
// flash file and power cuts. For machines without a C compiler. The code that runs is this
// package's, whatever slot was started; only its version is the slot's.

import { openSha256 } from "../../../hosts/node/digest.js";
import { NodeWorld } from "../../../hosts/node/node-world.js";
import { openNvsStores } from "../../../hosts/node/nvs-stores.js";
import { VirtualDevice } from "../../../hosts/node/virtual-device.js";
import type { AgentObserver, AgentOptions } from "../../agent/options.js";
import type { ResetReason } from "../../ports/boot.js";
import type { Counters } from "./counters.js";
import { FlashFile } from "./flash-file.js";
import { timesOf, type FlashPace } from "./flash-pace.js";
import type { Processor, ProgramEnd, ProgramStart } from "./processor.js";

export interface NodeProcessorOptions {
  readonly flashFile: string;
  /** The agent's, as a product would have them compiled in. */
  readonly agent: AgentOptions;
  /** Silence, in milliseconds, that ends a program. Default: 10,000. */
  readonly watchdogMs?: number;
  /** What flash costs the program in time. Default: nothing. */
  readonly flashTimes?: FlashPace | undefined;
}

/** How a program ended that the device itself would boot again. */
const endBefore: Readonly<Partial<Record<ResetReason, ProgramEnd>>> = {
  software: "restart",
  watchdog: "silent",
};

interface RunningProgram {
  readonly flash: FlashFile;
  readonly device: VirtualDevice;
  readonly world: NodeWorld;
  readonly end: (end: ProgramEnd) => void;
}

export class NodeProcessor implements Processor {
  readonly #options: NodeProcessorOptions;
  #program: RunningProgram | undefined;
  /** Of the programs that have ended. */
  #counters: Counters = {};
  /** What agents reported. */
  readonly #told = { connections: 0, bytesFetched: 0, requests: 0 };

  constructor(options: NodeProcessorOptions) {
    this.#options = options;
  }

  open(): void {
    // Nothing is held between programs.
  }

  start(program: ProgramStart): void {
    const { flashFile, watchdogMs, flashTimes } = this.#options;
    const { slot, reason, cut } = program;
    const end = (how: ProgramEnd): void => {
      this.#end(how, program);
    };
    const isRunning = (): boolean => this.#program?.end === end;
    const onThrown = (error: unknown): void => {
      // Without power, what the program makes of an exception means nothing.
      if (!isRunning()) return;
      program.onDiagnostic(`# uncaught exception: ${String(error)}`);
      end("exception");
    };
    const flash = new FlashFile(flashFile, { cut, onCut: () => end("power-cut") });
    const world = new NodeWorld();
    const device = new VirtualDevice({
      flash,
      world,
      startBootLoader: () => ({ slot }),
      openStores: openNvsStores,
      openDigest: openSha256,
      log: (line) => {
        if (isRunning()) program.onLine(line);
      },
      onReset: (next) => {
        end(endBefore[next] ?? "crash");
      },
      onThrown,
      agent: { ...this.#options.agent, observer: this.#observer(program, isRunning) },
      ...(watchdogMs !== undefined && { watchdogMs }),
      ...(flashTimes !== undefined && { flashTimes: timesOf(flashTimes) }),
    });
    this.#program = { flash, device, world, end };
    // The program begins when this call is over, as in a process of its own.
    setImmediate(() => {
      if (!isRunning()) return;
      try {
        device.powerOn(reason);
      } catch (error) {
        onThrown(error);
      }
    });
  }

  kill(): void {
    this.#program?.end("killed");
  }

  close(): void {
    // Programs clear up after themselves.
  }

  counters(): Counters {
    return { ...this.#sum(), ...this.#told };
  }

  /** Whatever the program makes of an exception: it is over. The chip hears of it in the next turn. */
  #end(how: ProgramEnd, program: ProgramStart): void {
    const running = this.#program;
    if (running === undefined) return;
    this.#program = undefined;
    running.device.cutPower();
    running.world.close();
    this.#counters = this.#sum(running.flash);
    setImmediate(() => {
      running.flash.close();
      program.onEnd(how);
    });
  }

  #sum(flash = this.#program?.flash): Counters {
    const before = this.#counters;
    const { operations = 0, slotBytes = 0, recordBytes = 0, blocksErased = 0 } = flash?.work ?? {};
    return {
      flashOperations: (before["flashOperations"] ?? 0) + operations,
      flashBytesProgrammed: (before["flashBytesProgrammed"] ?? 0) + slotBytes + recordBytes,
      slotBytesProgrammed: (before["slotBytesProgrammed"] ?? 0) + slotBytes,
      blocksErased: (before["blocksErased"] ?? 0) + blocksErased,
    };
  }

  #observer({ onEvent }: ProgramStart, isRunning: () => boolean): AgentObserver {
    return {
      status: (status) => {
        if (isRunning()) onEvent({ event: "status", ...status });
      },
      progress: (done, total) => {
        if (isRunning()) onEvent({ event: "progress", done, total });
      },
      fetched: (byteLength) => {
        this.#told.bytesFetched += byteLength;
      },
      connected: () => {
        this.#told.connections += 1;
      },
      requested: () => {
        this.#told.requests += 1;
      },
    };
  }
}
