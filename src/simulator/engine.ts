// Which engine a simulated chip runs on: XS as the chip has it, in 64 or 32 bits, or Node.

import { execFileSync } from "node:child_process";
import { buildEngine } from "../../hosts/xs/build/build-engine.js";
import { EngineBuildError } from "../../hosts/xs/build/c-compiler.js";
import type { FirmwareConfig } from "../../hosts/xs/device/config.js";
import type { ChipObserver } from "./chip/chip-options.js";
import type { FlashPace } from "./chip/flash-pace.js";
import { NodeProcessor } from "./chip/node-processor.js";
import type { PowerCut } from "./chip/power-cut.js";
import { SimulatedChip } from "./chip/simulated-chip.js";
import { XsProcessor } from "./chip/xs-processor.js";
import type { EngineName } from "./simulation-options.js";

export interface ChipPlan {
  readonly flashFile: string;
  /** Memory of the XS engine. */
  readonly heapBytes: number;
  readonly cuts: readonly PowerCut[];
  readonly flashTimes?: FlashPace | undefined;
  /** What the firmware has compiled in; the Node engine takes it from here. */
  readonly config: FirmwareConfig;
  readonly observer: ChipObserver;
}

export interface Engine {
  /** For people: `XS 13.3.0`. */
  readonly description: string;
  /** Bytes; null without XS. */
  readonly slotBytes: number | null;
  makeChip(plan: ChipPlan): SimulatedChip;
}

/** Builds the engine if need be. Throws an Error that says what to do without a C compiler. */
export async function openEngine(name: EngineName, log: (line: string) => void): Promise<Engine> {
  if (name === "node") {
    return {
      description: `Node ${process.version}`,
      slotBytes: null,
      makeChip: (plan) =>
        new SimulatedChip(plan, new NodeProcessor({ ...plan, agent: plan.config })),
    };
  }
  const binary = await build(name === "xs32" ? 32 : 64, log);
  const { engine, slotBytes } = askVersion(binary, name);
  return {
    description: engine,
    slotBytes,
    makeChip: (plan) => new SimulatedChip(plan, new XsProcessor({ ...plan, engine: binary })),
  };
}

function askVersion(binary: string, name: EngineName): { engine: string; slotBytes: number } {
  try {
    const answer = execFileSync(binary, ["--version", "--json"], {
      encoding: "utf8",
      stdio: "pipe",
    });
    return JSON.parse(answer) as { engine: string; slotBytes: number };
  } catch (error) {
    const why =
      name === "xs32"
        ? "the machine runs no 32-bit programs"
        : "remove it, and the next run builds it again";
    throw new Error(`${binary} does not start: ${why}, or take another --engine`, { cause: error });
  }
}

async function build(bits: 32 | 64, log: (line: string) => void): Promise<string> {
  try {
    return await buildEngine({ bits, log });
  } catch (error) {
    if (!(error instanceof EngineBuildError)) throw error;
    throw new Error(`${error.message}; or go without the engine: --engine node`, { cause: error });
  }
}
