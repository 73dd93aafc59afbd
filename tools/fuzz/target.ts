// What a parser to be fuzzed is: where its code is, what must hold for any input, and what helps a
// search along.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Check } from "./fuzzer.js";
import type { Plant } from "./instrument.js";

/** Imports a module of the instrumented copy, as `http/response-reader.js`. */
export type Load = <Module>(module: string) => Promise<Module>;

export interface Target {
  readonly name: string;
  readonly bytesMax: number;
  /** What the format is made of. */
  readonly tokens: readonly Uint8Array[];
  /** Well-formed inputs to begin with; the corpus comes on top. */
  readonly seeds: () => readonly Uint8Array[];
  readonly open: (load: Load) => Promise<Check>;
  readonly repair?: (input: Uint8Array) => Uint8Array;
  /**
   * A fault put into the parser where only some steps lead, from `from`; the search must find it
   * with coverage, and the same search without it must not.
   */
  readonly plant: Plant & { readonly from: Uint8Array };
}

export function loadFrom(folder: string): Load {
  return async <Module>(module: string) =>
    (await import(pathToFileURL(join(folder, module)).href)) as Module;
}

/** What `act` throws, if it is of the class that the parser promises; anything else passes on. */
export function errorOf(
  act: () => void,
  expected: new (...rest: never[]) => Error,
): Error | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof expected) return error;
    throw error;
  }
}

export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}
