// What a simulation is asked for, read from the command line and checked: what is refused here has
// not begun anything.

import { InvalidArgumentError, Option, type Command } from "commander";
import {
  chunkBytesDefault,
  chunkBytesMax,
  chunkBytesMin,
  pipelineDepthDefault,
  pipelineDepthMax,
} from "../agent/limits.js";

export type EngineName = "xs" | "xs32" | "node";

export interface SimulationOptions {
  readonly size: number;
  readonly chunk: number;
  readonly pipeline: number;
  /** Bytes of the new image in flash at which the power fails; undefined: not there. */
  readonly cutAt: number | undefined;
  /** Random cuts instead. */
  readonly cuts: number | undefined;
  readonly seed: number;
  readonly heap: number;
  readonly engine: EngineName;
  readonly server: string | undefined;
  readonly vendor: string;
  readonly model: string;
  readonly sn: string;
  readonly content: string | undefined;
  /** File of a product's main module. */
  readonly program: string | undefined;
  readonly flash: string | undefined;
  readonly latency: number;
  readonly bandwidth: number | undefined;
  readonly timeout: number;
  readonly verbose: boolean;
  readonly json: boolean;
}

const heapBytesDefault = 94_208;
const sizeBytesDefault = 1 << 20;
const sizeBytesMin = 98_304;
/** Of a slot in hosts/esp32/partitions.csv. */
const sizeBytesMax = 0x1f0000;
const timeoutSecondsDefault = 300;

/** Adds the options to `command`. */
export function addSimulationOptions(command: Command): Command {
  return command
    .option(
      "--size <bytes>",
      "size of the new image",
      whole(sizeBytesMin, sizeBytesMax),
      sizeBytesDefault,
    )
    .option(
      "--chunk <bytes>",
      "bytes per range",
      whole(chunkBytesMin, chunkBytesMax),
      chunkBytesDefault,
    )
    .option("--pipeline <n>", "ranges in flight", whole(1, pipelineDepthMax), pipelineDepthDefault)
    .option(
      "--cut-at <bytes>",
      "cut the power once so many bytes are in flash (default: half)",
      whole(1),
    )
    .option("--cuts <n>", "cut the power n times, at random places (0: never)", whole(0, 1000))
    .option("--seed <n>", "seed of the random cuts", whole(0), 1)
    .option("--heap <bytes>", "memory of the XS engine", whole(16_384), heapBytesDefault)
    .addOption(
      new Option(
        "--engine <name>",
        "xs, xs32 (the chip's slot size), or node (needs no C compiler)",
      )
        .choices(["xs", "xs32", "node"])
        .default("xs"),
    )
    .option("--server <url>", "an outside service instead of one of our own", serverUrl)
    .option("--vendor <name>", "vendor name", "acme")
    .option("--model <name>", "model name", "sensor")
    .option("--sn <serial>", "serial number", "0001")
    .option("--content <id>", "follow this content instead of the newest <model>-<version>")
    .option("--program <file>", "main module of a product, such as main.ts (default: the agent)")
    .option("--flash <file>", "keep the device in this file, and go on with it if it exists")
    .option("--latency <ms>", "one-way latency of the network", whole(0, 60_000), 0)
    .option("--bandwidth <bytes>", "bytes per second of the network", whole(100))
    .option("--timeout <seconds>", "give up after", whole(1), timeoutSecondsDefault)
    .option("--verbose", "show the device's own log", false)
    .option("--json", "one JSON object on stdout, nothing else", false);
}

function whole(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= minimum && value <= maximum) return value;
    const upTo = maximum === Number.MAX_SAFE_INTEGER ? "" : ` to ${maximum}`;
    throw new InvalidArgumentError(`expected a whole number from ${minimum}${upTo}`);
  };
}

function serverUrl(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, pathname } = new URL(text);
    if (protocol === "http:" && pathname === "/") return text.replace(/\/$/, "");
  }
  throw new InvalidArgumentError("expected http://host[:port]");
}
