// What all lives of one scenario over one store share: the flash they take turns with, the images
// there are, what a life without a cut costs.

import { NorFlash } from "../../support/nor-flash.js";
import type { Firmware } from "./images.js";
import type { Scenario } from "./scenario.js";
import { layoutOf, type Layout } from "./start.js";
import type { StoreModel } from "./store-model.js";

/** What a life without a cut needs. */
export interface Cost {
  readonly boots: number;
  readonly requests: number;
  readonly fetchedBytes: number;
}

export class Rig {
  readonly scenario: Scenario;
  readonly store: StoreModel;
  readonly layout: Layout;
  readonly flash: NorFlash;
  cost: Cost | undefined;
  readonly #scratch: Uint8Array;

  constructor(scenario: Scenario, store: StoreModel, flash?: NorFlash) {
    this.scenario = scenario;
    this.store = store;
    this.layout = layoutOf(scenario);
    this.flash = flash ?? new NorFlash({ size: this.layout.flashBytes });
    this.#scratch = new Uint8Array(this.layout.slotBytes);
  }

  /** The image that a slot holds, whole and nothing else at its place; undefined: none of them. */
  firmwareIn(slot: number): Firmware | undefined {
    const { factory, before, release, replacement } = this.scenario;
    const bytes = this.#scratch;
    this.flash.read(bytes, this.layout.slotOffsets[slot === 0 ? 0 : 1]);
    return [factory, before, release, replacement].find(
      (image) => image !== undefined && startsWith(bytes, image.bytes),
    );
  }

  /** The update that came before the one of this scenario, on the same flash: it went well. */
  earlier(): Rig {
    const { factory, before, chunkBytes, nvsPages, name, what, oldAgent } = this.scenario;
    if (before === undefined) throw new Error("nothing came before");
    const scenario: Scenario = {
      ...{ name, what, factory, chunkBytes, nvsPages, isWorn: false },
      ...{ release: before, behaviour: "works", ends: "updated" },
      ...(oldAgent === "old" && { oldAgent: "both" }),
    };
    return new Rig(scenario, this.store, this.flash);
  }

  /** A bit in the first sector of a slot is lost, and nobody is told. */
  decay(slot: 0 | 1): void {
    const { flash } = this;
    const { onOperation } = flash;
    flash.onOperation = undefined;
    const byte = new Uint8Array(1);
    const offset = this.layout.slotOffsets[slot] + 1000;
    flash.read(byte, offset);
    flash.write(
      byte.map((value) => value & (value - 1)),
      offset,
    );
    flash.powerOn();
    flash.onOperation = onOperation;
  }

  /** It was there, and confirmed, when the life began. */
  isOriginal(firmware: Firmware): boolean {
    return firmware === this.scenario.factory || firmware === this.scenario.before;
  }
}

function startsWith(bytes: Uint8Array, wanted: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, wanted.length), wanted) === 0;
}
