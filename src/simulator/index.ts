// What a product's own tests import as "provision-agent/simulator": the whole life of a device on
// the simulated chip, as `provision simulate` shows it, for a test to look at.

import type { AgentStatus } from "../agent/status.js";
import type { ResetReason } from "../ports/boot.js";
import type { Facts } from "./facts.js";
import { Simulation, type SimulationObserver } from "./simulation.js";
import { completeOptions, type SimulationOptions } from "./simulation-options.js";

export type { LifeState } from "../agent/life.js";
export type { AgentStatus } from "../agent/status.js";
export type { ResetReason } from "../ports/boot.js";
export type { FlashPace } from "./chip/flash-pace.js";
export type { Facts } from "./facts.js";
export type { EngineName, SimulationOptions } from "./simulation-options.js";

/** What happened, in its order. */
export type DeviceEvent =
  | {
      /** A program starts. */
      readonly event: "boot";
      /** What led to the boot. */
      readonly reason: ResetReason;
      /** The OTA slot that runs, from 0. */
      readonly slot: number;
    }
  | { readonly event: "power-cut" }
  | {
      /** The device's log, or a line of the engine's own, which begins with `#`. */
      readonly event: "line";
      /** Without the line's end. */
      readonly text: string;
    }
  /** The agent's status has changed. */
  | ({ readonly event: "status" } & AgentStatus);

/** A simulated life, told after its end. */
export interface DeviceLife {
  /** Figures of the whole life. */
  readonly facts: Facts;
  /** What happened, in its order. */
  readonly events: readonly DeviceEvent[];
  /** Why the device did not end confirmed on a new version. Absent: it did. */
  readonly problem?: string;
}

/** What to simulate; each option has a default. */
export type SimulateOptions = Partial<SimulationOptions>;

/**
 * Makes a device with version 1.0.0 of the product, activates it, and updates it to 1.1.0, with a
 * power cut half way unless `cuts` is 0. Rejects with an Error if it cannot begin: an option is out
 * of its bounds, there is no C compiler, or the program has a mistake. What happens to the device
 * later is in the result.
 */
export async function simulate(options: SimulateOptions = {}): Promise<DeviceLife> {
  const events: DeviceEvent[] = [];
  const observer: SimulationObserver = {
    step: () => undefined,
    status: (status) => events.push({ event: "status", ...status }),
    progress: () => undefined,
    diagnostic: (text) => events.push({ event: "line", text }),
    line: (text) => events.push({ event: "line", text }),
    booted: ({ reason, slot }) => events.push({ event: "boot", reason, slot }),
    powerCut: () => events.push({ event: "power-cut" }),
  };
  return { ...(await new Simulation(completeOptions(options), observer).run()), events };
}
