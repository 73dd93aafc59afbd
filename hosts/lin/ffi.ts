// What the product calls of ESP-IDF, answered by the simulator's chip: the module "mc/ffi" there.
// Pointers are numbers other than 0 that mean nothing elsewhere.

import { chip, resetReasons } from "./chip.js";

const appType = 0;
const firstSlotSubtype = 0x10;
const slotCount = 2;
const partitionsAddress = 0x3ffb0000;
const taskNameAddress = 0x3ffb5000;
const watchdogAddress = 0x3ffb6000;
/** Locally administered. */
const macAddress = Object.freeze([0x02, 0, 0, 0, 0, 0x01]);
const ok = 0;

export default class FFI {
  esp_restart(): void {
    chip().reset(resetReasons.software);
  }

  esp_reset_reason(): number {
    return chip().resetReason;
  }

  esp_ota_get_running_partition(): number {
    return partitionsAddress + chip().slot;
  }

  esp_partition_find_first(type: number, subtype: number, _label: number): number {
    const slot = subtype - firstSlotSubtype;
    return type === appType && slot >= 0 && slot < slotCount ? partitionsAddress + slot : 0;
  }

  esp_task_wdt_add_user(_name: number, handle: ArrayBuffer): number {
    new DataView(handle).setUint32(0, watchdogAddress, true);
    chip().feedWatchdog();
    return ok;
  }

  esp_task_wdt_reset_user(_handle: number): number {
    chip().feedWatchdog();
    return ok;
  }

  pcTaskGetName(_task: number): number {
    return taskNameAddress;
  }

  esp_efuse_mac_get_default(address: ArrayBuffer): number {
    new Uint8Array(address).set(macAddress);
    return ok;
  }
}
