// How far a simulated chip still is from the cut that is due while its power is on: counts go on
// over resets, in what the boot loader does to the flash and in what the program does.

import type { Counters } from "./counters.js";
import type { FlashCut, PowerCut } from "./power-cut.js";

/** What the boot loader has done to the flash; the program's counters do not have it. */
export interface BootLoaderWork {
  readonly operations: number;
  readonly bytesProgrammed: number;
}

/** The cut that is due, measured from the counts at the time the power came on. */
export class DueCut {
  readonly #cut: FlashCut;
  readonly #reached: number;

  constructor(cut: FlashCut, counters: Counters, work: BootLoaderWork) {
    this.#cut = cut;
    this.#reached = reached(cut, counters, work);
  }

  /** A cut within the flash operations of a chip whose power comes on now; undefined for others. */
  static of(
    cut: PowerCut | undefined,
    counters: Counters,
    work: BootLoaderWork,
  ): DueCut | undefined {
    if (cut === undefined || cut.at === "time") return undefined;
    return new DueCut(cut, counters, work);
  }

  /** The cut as what begins now has to count it: the boot loader, or the program after it. */
  left(counters: Counters, work: BootLoaderWork): FlashCut {
    const done = reached(this.#cut, counters, work) - this.#reached;
    return { at: this.#cut.at, count: this.#cut.count - done };
  }
}

/** The count that decides about `cut`. */
function reached({ at }: FlashCut, counters: Counters, work: BootLoaderWork): number {
  const { flashOperations = 0, slotBytesProgrammed = 0, flashBytesProgrammed = 0 } = counters;
  switch (at) {
    case "operation":
      return flashOperations + work.operations;
    case "slot-bytes":
      return slotBytesProgrammed;
    case "record-bytes":
      return flashBytesProgrammed - slotBytesProgrammed + work.bytesProgrammed;
    default:
      return at satisfies never;
  }
}
