// Where a life begins: a flash as the factory left it, or as an update that went well left it, and
// a service that knows the serial.

import { seededBytes } from "../../../src/simulator/chip/seeded.js";
import { openNvsStores } from "../../../hosts/node/nvs-stores.js";
import { partitionOpener } from "../../../src/formats/flash/partitions.js";
import type { KeyValueStore } from "../../../src/ports/key-value.js";
import type { ServiceMemory } from "../../support/virtual-service.js";
import { identity, makeSiteFlash } from "../../support/device-site.js";
import type { NorSnapshot } from "../../support/nor-flash.js";
import { blankLedger, type Ledger } from "./ledger.js";
import type { Scenario } from "./scenario.js";

/** All that outlives a loss of power: flash, the service's memory, and what the proof knows. */
export interface Moment {
  readonly flash: NorSnapshot;
  readonly service: ServiceMemory;
  readonly ledger: Ledger;
}

export const serial = identity.sn;
/** Of ota_0; the other slot follows. Apps begin at multiples of 64 KiB. */
const firstSlotOffset = 0x20000;
const appAlignment = 0x10000;

export interface Layout {
  readonly flashBytes: number;
  readonly slotBytes: number;
  readonly slotOffsets: readonly [number, number];
}

export function layoutOf({ factory, before, release }: Scenario): Layout {
  const bytes = [factory, before, release].map((firmware) => firmware?.bytes.length ?? 0);
  const slotBytes = Math.ceil(Math.max(...bytes) / 4096) * 4096;
  const second = firstSlotOffset + Math.ceil(slotBytes / appAlignment) * appAlignment;
  return { slotBytes, slotOffsets: [firstSlotOffset, second], flashBytes: second + slotBytes };
}

/** The device as it leaves the factory. */
export function factoryMoment(scenario: Scenario): Moment {
  const { flashBytes, slotBytes, slotOffsets } = layoutOf(scenario);
  const nvsBytes = scenario.nvsPages * 4096;
  const flash = makeSiteFlash({ flashBytes, nvsBytes, slotBytes, slotOffsets });
  flash.write(scenario.factory.bytes, slotOffsets[0]);
  // What an erase that is cut leaves must not look erased: something was there before.
  flash.write(seededBytes(1, slotBytes), slotOffsets[1]);
  const openStore = openNvsStores(partitionOpener(flash, 0)("nvs"));
  const store = openStore("provision");
  for (const [key, value] of Object.entries(identity)) store.write(key, value);
  if (scenario.isWorn) wear(openStore("product"));
  return {
    flash: flash.snapshot(),
    service: { enabled: [serial], ciks: [], activations: 0 },
    ledger: { ...blankLedger, promised: new Map(Object.entries(identity)) },
  };
}

/** Leaves two pages nearly full, the later of them of values that have to be moved with it. */
function wear(store: KeyValueStore): void {
  const count = (times: number): void => {
    for (let n = 0; n < times; n += 1) store.write("count", String(n)); // Two entries each.
  };
  store.write("calibration", "c".repeat(90 * 32 - 1));
  count(14);
  store.write("settings", "s".repeat(75 * 32 - 1));
  count(22);
}
