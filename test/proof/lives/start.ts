// Where a life begins: a flash as the factory left it, or as an update that went well left it, and
// a service that knows the serial.

import { seededBytes } from "../../../src/simulator/chip/seeded.js";
import { openNvsStores } from "../../../hosts/node/nvs-stores.js";
import { partitionOpener } from "../../../src/formats/flash/partitions.js";
import type { KeyValueStore } from "../../../src/ports/key-value.js";
import { writePartitionTable } from "../../../src/formats/partition-table/partition-table.js";
import type { ServiceMemory } from "../../support/virtual-service.js";
import { NorFlash, type NorSnapshot } from "../../support/nor-flash.js";
import { blankLedger, type Ledger } from "./ledger.js";
import type { Scenario } from "./scenario.js";

/** All that outlives a loss of power: flash, the service's memory, and what the proof knows. */
export interface Moment {
  readonly flash: NorSnapshot;
  readonly service: ServiceMemory;
  readonly ledger: Ledger;
}

export const serial = "0001";
export const serviceAddress = "10.0.0.1";
export const serviceHost = "lights.example";
const nvsOffset = 0x9000;
const otadataOffset = 0xf000;
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

const identity = {
  vendor: "lights",
  model: "lamp",
  sn: serial,
  host: serviceHost,
} as const;

/** The device as it leaves the factory. */
export function factoryMoment(scenario: Scenario): Moment {
  const { flashBytes, slotBytes, slotOffsets } = layoutOf(scenario);
  const flash = new NorFlash({ size: flashBytes });
  const table = writePartitionTable([
    partition("nvs", 1, 2, nvsOffset, scenario.nvsPages * 4096),
    partition("otadata", 1, 0, otadataOffset, 0x2000),
    partition("ota_0", 0, 0x10, slotOffsets[0], slotBytes),
    partition("ota_1", 0, 0x11, slotOffsets[1], slotBytes),
  ]);
  flash.write(table, 0x8000);
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

function partition(label: string, type: number, subtype: number, offset: number, size: number) {
  return { label, type, subtype, offset, size, flags: 0 };
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
