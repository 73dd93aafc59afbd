// The options of a simulation on the command line. Defaults and bounds are the simulator's.

import { InvalidArgumentError, Option, type Command } from "commander";
import { misuse } from "../terminal/session.js";
import {
  boundsText,
  completeOptions,
  simulationBounds as bounds,
  simulationDefaults as defaults,
  type FlashPace,
  type SimulationOptions,
} from "../../simulator/simulation-options.js";

/** Adds the options to `command`. What is left out is absent in what it reads, but for defaults. */
export function addSimulationOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--size <bytes>", `size of the new image (default: ${defaults.size})`)
        .argParser(whole("size"))
        .conflicts("server"),
    )
    .option("--chunk <bytes>", "bytes per range (default: the program's)", whole("chunk"))
    .option("--pipeline <n>", "ranges in flight (default: the program's)", whole("pipeline"))
    .addOption(
      new Option(
        "--cut-at <bytes>",
        "cut the power once so many bytes are in flash (default: half; none with --server)",
      )
        .argParser(whole("cutAt"))
        .conflicts("cuts"),
    )
    .option("--cuts <n>", "cut the power n times, at random places (0: never)", whole("cuts"))
    .option("--seed <n>", "seed of the random cuts", whole("seed"), defaults.seed)
    .option("--heap <bytes>", "memory of the XS engine", whole("heap"), defaults.heap)
    .addOption(
      new Option(
        "--flash-times [seed]",
        "flash takes its time, 45 ms a sector, 0.4 ms a page; with a seed, times that vary",
      )
        .preset("typical")
        .argParser(flashPace),
    )
    .addOption(
      new Option(
        "--engine <name>",
        "xs, xs32 (the chip's slot size), or node (needs no C compiler)",
      )
        .choices(["xs", "xs32", "node"])
        .default(defaults.engine),
    )
    .option("--server <url>", "address of a running service (default: one of its own)", serverUrl)
    .option("--vendor <name>", "vendor name", defaults.vendor)
    .option("--model <name>", "model name", defaults.model)
    .option("--sn <serial>", "serial number", defaults.sn)
    .option("--content <id>", "follow this content instead of the newest <model>-<version>")
    .option("--program <file>", "main module of a product, such as main.ts (default: the agent)")
    .option("--flash <file>", "keep the device in this file, and go on with it if it exists")
    .option("--latency <ms>", "one-way latency of the network", whole("latency"), defaults.latency)
    .option("--bandwidth <bytes>", "bytes per second of the network", whole("bandwidth"))
    .option("--timeout <seconds>", "give up after", whole("timeout"), defaults.timeout);
}

/** All options. Ends the command as misused if some have no effect, or exclude each other. */
export function complete(asked: Partial<SimulationOptions>): SimulationOptions {
  try {
    return completeOptions(asked);
  } catch (error) {
    return misuse(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: keyof typeof bounds): (text: string) => number {
  return (text) => {
    const [minimum, maximum] = bounds[name];
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`expected ${boundsText(bounds[name])}`);
  };
}

function flashPace(text: string): FlashPace {
  if (text === "typical") return text;
  const seed = /^\d+$/.test(text) ? Number(text) : NaN;
  if (seed <= 0xffffffff) return seed;
  throw new InvalidArgumentError("expected a seed: a whole number of 32 bits");
}

function serverUrl(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, pathname } = new URL(text);
    if (protocol === "http:" && pathname === "/") return text.replace(/\/$/, "");
  }
  throw new InvalidArgumentError("expected http://host[:port]");
}
