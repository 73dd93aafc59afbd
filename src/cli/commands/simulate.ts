// `provision simulate`: the whole life of a device, from the factory to a confirmed update.

import type { Command } from "commander";
import type { SimulationOptions } from "../../simulator/simulation-options.js";
import { addSimulationOptions, complete } from "./simulate-options.js";

type SimulateOptions = Partial<SimulationOptions> & {
  readonly verbose: boolean;
  readonly json: boolean;
};

/** Adds the command. It sets the exit code 1 if the device did not end on a new version. */
export function addSimulate(program: Command): void {
  addSimulationOptions(program.command("simulate"))
    .description("boot a simulated device, update it, cut its power on the way")
    .option("--verbose", "show the device's own log", false)
    .option("--json", "one JSON object on stdout, nothing else", false)
    .action(simulate);
}

async function simulate({ json, verbose, ...asked }: SimulateOptions): Promise<void> {
  // Loaded when they are needed: they bring compiler, engine and service along.
  const { formatFacts } = await import("../../simulator/facts.js");
  const { Simulation } = await import("../../simulator/simulation.js");
  const { SimulationView } = await import("../terminal/simulation-view.js");
  const options = complete(asked);
  // With --json, stdout is for the one object.
  const view = new SimulationView(json ? process.stderr : process.stdout, verbose);
  const interrupted = new AbortController();
  const interrupt = (): void => {
    interrupted.abort();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const { facts, problem } = await new Simulation(options, view, interrupted.signal).run();
  process.off("SIGINT", interrupt);
  process.off("SIGTERM", interrupt);
  view.close();
  const result = { ...facts, ...(problem !== undefined && { problem }) };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `\n${formatFacts(facts)}\n\n`);
  if (problem === undefined) {
    view.step(`confirmed on ${facts.versionAfter}`);
  } else {
    process.stderr.write(`provision: the device was not updated: ${problem}\n`);
    process.exitCode = 1;
  }
}
