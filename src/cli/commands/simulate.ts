// `provision simulate`: the whole life of a device, from the factory to a confirmed update.

import type { Command } from "commander";
import {
  addSimulationOptions,
  type SimulationOptions,
} from "../../simulator/simulation-options.js";

/** Adds the command. It sets the exit code 1 if the device did not end on a new version. */
export function addSimulate(program: Command): void {
  addSimulationOptions(program.command("simulate"))
    .description("boot a simulated device, update it, cut its power on the way")
    .action(async (options: SimulationOptions) => {
      // Loaded when they are needed: they bring compiler, engine and service along.
      const { formatFacts } = await import("../../simulator/facts.js");
      const { Simulation } = await import("../../simulator/simulation.js");
      const { SimulationView } = await import("../terminal/simulation-view.js");
      // With --json, stdout is for the one object.
      const view = new SimulationView(
        options.json ? process.stderr : process.stdout,
        options.chunk,
      );
      const { facts, problem } = await new Simulation(options, view).run();
      view.close();
      if (options.json)
        process.stdout.write(
          `${JSON.stringify({ ...facts, ...(problem !== undefined && { problem }) })}\n`,
        );
      else process.stdout.write(`\n${formatFacts(facts)}\n\n`);
      if (problem === undefined) {
        view.step(`confirmed on ${facts.versionAfter}`);
      } else {
        process.stderr.write(`provision: the device was not updated: ${problem}\n`);
        process.exitCode = 1;
      }
    });
}
