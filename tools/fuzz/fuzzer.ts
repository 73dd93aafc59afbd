// Looks for an input that makes a target throw: mutates what it has, and keeps what did something
// new. The same seed, corpus and number of runs give the same search.

import type { Coverage } from "./coverage.js";
import { Mutator } from "./mutator.js";
import { seededRandom } from "../../src/simulator/chip/seeded.js";

/** Throws if the parser did something that it must not do. */
export type Check = (input: Uint8Array) => void;

export interface Subject {
  readonly coverage: Coverage;
  readonly check: Check;
  readonly tokens: readonly Uint8Array[];
  readonly bytesMax: number;
  /** Puts checksums right, without which no change gets past them. */
  readonly repair?: (input: Uint8Array) => Uint8Array;
}

export interface Search {
  readonly seed: number;
  readonly corpus: readonly Uint8Array[];
  readonly runsMax: number;
  readonly secondsMax?: number;
  /** False: mutates the corpus it was given, and learns nothing. */
  readonly guided?: boolean;
  readonly onProgress?: (result: SearchResult) => void;
}

export interface SearchResult {
  readonly runs: number;
  readonly seconds: number;
  /** Kinds of behaviour seen. */
  readonly features: number;
  /** What did something new, the given corpus first. */
  readonly corpus: readonly Uint8Array[];
  readonly failure?: { readonly input: Uint8Array; readonly error: unknown };
}

const repairShare = 0.7;
const progressRuns = 20_000;
const recent = 10;

export class Fuzzer {
  readonly #subject: Subject;
  readonly #search: Search;
  readonly #random: () => number;
  readonly #mutator: Mutator;
  readonly #startMs = performance.now();
  readonly #corpus: Uint8Array[] = [];
  #runs = 0;

  constructor(subject: Subject, search: Search) {
    this.#subject = subject;
    this.#search = search;
    this.#random = seededRandom(search.seed);
    this.#mutator = new Mutator(this.#random, subject.tokens, subject.bytesMax);
  }

  run(): SearchResult {
    const { corpus, guided = true, runsMax, secondsMax = Infinity, onProgress } = this.#search;
    for (const input of corpus) {
      const failure = this.#try(input);
      if (failure !== undefined) return this.#result(failure);
    }
    // What teaches nothing is still better than nothing.
    if (this.#corpus.length === 0) this.#corpus.push(...corpus);
    while (this.#runs < runsMax && this.#seconds < secondsMax) {
      const input = this.#draw();
      const failure = this.#try(input, guided);
      if (failure !== undefined) return this.#result(failure);
      if (this.#runs % progressRuns === 0) onProgress?.(this.#result());
    }
    return this.#result();
  }

  get #seconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  /** One run; what it threw, if anything. What did something new is kept. */
  #try(input: Uint8Array, keeps = true): SearchResult["failure"] {
    const { coverage, check } = this.#subject;
    this.#runs += 1;
    coverage.begin();
    try {
      check(input);
    } catch (error) {
      return { input, error };
    }
    if (keeps && coverage.isNew()) this.#corpus.push(input);
    return undefined;
  }

  /** A change of something from the corpus, every other time of what came last. */
  #draw(): Uint8Array {
    const { length } = this.#corpus;
    const among = this.#random() < 0.5 ? Math.min(length, recent) : length;
    const place = length - 1 - Math.floor(this.#random() * among);
    const parent = this.#corpus[place] ?? new Uint8Array(0);
    const child = this.#mutator.mutate(parent, this.#corpus);
    const { repair } = this.#subject;
    return repair !== undefined && this.#random() < repairShare ? repair(child) : child;
  }

  #result(failure?: SearchResult["failure"]): SearchResult {
    const { features } = this.#subject.coverage;
    const counts = { runs: this.#runs, seconds: this.#seconds, features };
    return { ...counts, corpus: this.#corpus, ...(failure !== undefined && { failure }) };
  }
}
