// What a simulation is asked for: every option with its unit, its default and its bounds. Command
// line and library read both from here.

import type { FlashPace } from "./chip/flash-pace.js";
import { chunkBytesMax, chunkBytesMin, pipelineDepthMax } from "../agent/limits.js";

export type { FlashPace } from "./chip/flash-pace.js";

/**
 * `xs`: the chip's engine, in 64 bits. `xs32`: in 32 bits, with slots of the chip's size; needs
 * gcc-multilib. `node`: the agent in this process, without a C compiler and without a product.
 */
export type EngineName = "xs" | "xs32" | "node";

/** How a device is simulated. */
export interface SimulationOptions {
  /** Of the new image, bytes, rounded up to 16; 98,304 to 2,031,616. Default: 1,048,576. */
  readonly size: number;
  /** Bytes per range, 256 to 65,536. Default: the program's own option. */
  readonly chunk: number | undefined;
  /** Ranges in flight, 1 to 8. Default: the program's own option. */
  readonly pipeline: number | undefined;
  /**
   * The power fails once this many bytes of the new image are in flash; 1 to below `size`. Not
   * together with `cuts`. Default: half of `size`; no cut with `server`.
   */
  readonly cutAt: number | undefined;
  /** Cuts at random places, 0 to 1,000; 0: none. Default: the one cut of `cutAt`. */
  readonly cuts: number | undefined;
  /** Of the random cuts: the same seed gives the same cuts. Default: 1. */
  readonly seed: number;
  /** Memory of the XS engine, bytes, 16,384 or more. Default: 94,208. */
  readonly heap: number;
  /**
   * Flash takes its time, and the chip stands still meanwhile. `typical`: 45 ms a block, 150 ms an
   * aligned 64 KiB, 0.4 ms a page of 256 bytes. A number, 0 to 4,294,967,295: the seed of times that
   * vary by up to a fifth, with a rare worst case. Default: flash takes no time.
   */
  readonly flashTimes: FlashPace | undefined;
  /** What executes the program. Default: `xs`. */
  readonly engine: EngineName;
  /** `http://host[:port]` of an outside service. Default: one of the simulation's own. */
  readonly server: string | undefined;
  /** Vendor name. Default: `acme`. */
  readonly vendor: string;
  /** Model name; the releases are `<model>-<version>`. Default: `sensor`. */
  readonly model: string;
  /** Serial number. Default: `0001`. */
  readonly sn: string;
  /** Id of a content to follow. Default: the newest release of the model. */
  readonly content: string | undefined;
  /** File of a product's main module, in TypeScript or JavaScript. Default: the agent alone. */
  readonly program: string | undefined;
  /** File that keeps the device; an existing device goes on. Default: a new device each time. */
  readonly flash: string | undefined;
  /** Of the network, milliseconds one way, 0 to 60,000. Default: 0. */
  readonly latency: number;
  /** Of the network, bytes per second each way, 100 or more. Default: no limit. */
  readonly bandwidth: number | undefined;
  /** Seconds after which the simulation gives up, 1 or more. Default: 300. */
  readonly timeout: number;
}

/** The options of a simulation that asks for nothing. */
export const simulationDefaults: SimulationOptions = Object.freeze({
  size: 1 << 20,
  chunk: undefined,
  pipeline: undefined,
  cutAt: undefined,
  cuts: undefined,
  seed: 1,
  heap: 94_208,
  flashTimes: undefined,
  engine: "xs",
  server: undefined,
  vendor: "acme",
  model: "sensor",
  sn: "0001",
  content: undefined,
  program: undefined,
  flash: undefined,
  latency: 0,
  bandwidth: undefined,
  timeout: 300,
});

type Bounds = readonly [minimum: number, maximum: number];

const most = Number.MAX_SAFE_INTEGER;

/** What whole numbers may be, both ends included. */
export const simulationBounds = Object.freeze({
  // The maximum is a slot's size in hosts/esp32/partitions.csv.
  size: [98_304, 0x1f0000],
  chunk: [chunkBytesMin, chunkBytesMax],
  pipeline: [1, pipelineDepthMax],
  cutAt: [1, most],
  cuts: [0, 1000],
  seed: [0, most],
  heap: [16_384, most],
  latency: [0, 60_000],
  bandwidth: [100, most],
  timeout: [1, most],
} satisfies Partial<Record<keyof SimulationOptions, Bounds>>);

/** In words: `a whole number from 1 to 8`. */
export function boundsText([minimum, maximum]: Bounds): string {
  return `a whole number from ${minimum}${maximum === most ? "" : ` to ${maximum}`}`;
}

/**
 * `options` with the defaults for what it leaves out. Throws a RangeError that names a number out of
 * its bounds, or an Error that names options which contradict each other.
 */
export function completeOptions(options: Partial<SimulationOptions>): SimulationOptions {
  const said = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const complete: SimulationOptions = { ...simulationDefaults, ...said };
  for (const [name, bounds] of Object.entries(simulationBounds) as [NumberOption, Bounds][]) {
    const value = complete[name];
    const isWithin = value === undefined || isBetween(value, bounds);
    if (!isWithin) throw new RangeError(`${name} ${value}: expected ${boundsText(bounds)}`);
  }
  const { cuts, cutAt, size, server, program, engine, flashTimes } = complete;
  if (typeof flashTimes === "number" && !isBetween(flashTimes, [0, 0xffffffff])) {
    throw new RangeError(`flashTimes ${flashTimes}: expected a whole number of 32 bits`);
  }
  if (cuts !== undefined && cutAt !== undefined) {
    throw new Error("random cuts and a cut at a place exclude each other");
  }
  if (server === undefined && cutAt !== undefined && cutAt >= size) {
    throw new Error(`a power cut at ${cutAt} has no effect: the new image has ${size} bytes`);
  }
  if (server !== undefined && options.size !== undefined) {
    throw new Error("a size has no effect on the releases of an outside server");
  }
  if (program !== undefined && engine === "node") {
    throw new Error("a product's program runs on XS only: use --engine xs");
  }
  return complete;
}

type NumberOption = keyof typeof simulationBounds;

function isBetween(value: number, [minimum, maximum]: Bounds): boolean {
  return Number.isSafeInteger(value) && value >= minimum && value <= maximum;
}
