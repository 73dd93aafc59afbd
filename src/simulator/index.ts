// What a product's own tests import as "provision-agent/simulator": the whole life of a device on
// the simulated chip, as `provision simulate` shows it, for a test to look at.

import { Command } from "commander";
import type { AgentStatus } from "../agent/status.js";
import type { ResetReason } from "../ports/boot.js";
import type { Facts } from "./facts.js";
import { Simulation, type SimulationObserver } from "./simulation.js";
import { addSimulationOptions, type SimulationOptions } from "./simulation-options.js";

/** What happened, in its order. */
export type DeviceEvent =
  | { readonly event: "boot"; readonly reason: ResetReason; readonly slot: number }
  | { readonly event: "power-cut" }
  /** A line of the device's log. */
  | { readonly event: "line"; readonly text: string }
  | ({ readonly event: "status" } & AgentStatus);

export interface DeviceLife {
  readonly facts: Facts;
  readonly events: readonly DeviceEvent[];
  /** Why the device did not end confirmed on a new version; absent: it did. */
  readonly problem?: string;
}

/** As on the command line: `program` is the product's main module. */
export type SimulateOptions = Partial<Omit<SimulationOptions, "json" | "verbose">>;

/**
 * Makes a device with version 1.0.0 of the product, activates it, and updates it to 1.1.0, with a
 * power cut half way unless `cuts` is 0. Throws an Error if it cannot begin: without a C compiler,
 * or with a mistake in the program.
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
  return { ...(await new Simulation({ ...defaults(), ...options }, observer).run()), events };
}

/** Those of the command line. */
function defaults(): SimulationOptions {
  return addSimulationOptions(new Command()).parse([], { from: "user" }).opts();
}
