// The boot port over ESP-IDF, called through the SDK's foreign function interface. No C of ours.
//
// Structures never cross: partitions are compared by address, which ESP-IDF keeps for the life of
// the program, and the watchdog's handle is an opaque number.

import type FFI from "mc/ffi";
import type { Boot, ResetReason } from "../../src/ports/boot.js";

/** By ESP-IDF's esp_reset_reason_t. A reset by hand counts as power-on. */
const resetReasons: readonly ResetReason[] = Object.freeze([
  "unknown",
  "power-on",
  "power-on", // external pin
  "software",
  "panic",
  "watchdog", // interrupt watchdog
  "watchdog", // task watchdog
  "watchdog", // any other
  "software", // out of deep sleep
  "brown-out",
  "power-on", // over SDIO
  "power-on", // by the USB peripheral
  "power-on", // by JTAG
  "unknown", // eFuse error
  "brown-out", // power glitch
  "panic", // CPU lock-up
]);

// ESP_PARTITION_TYPE_APP and ESP_PARTITION_SUBTYPE_APP_OTA_MIN to _MAX.
const appType = 0;
const firstSlotSubtype = 0x10;
const slotsMax = 16;

/** The functions of ESP-IDF that are called here. */
export type BootFunctions = Pick<
  FFI,
  | "esp_ota_get_running_partition"
  | "esp_partition_find_first"
  | "esp_reset_reason"
  | "esp_restart"
  | "esp_task_wdt_add_user"
  | "esp_task_wdt_reset_user"
  | "pcTaskGetName"
>;

export class ChipBoot implements Boot {
  readonly slot: number;
  readonly resetReason: ResetReason;
  readonly #ffi: BootFunctions;
  readonly #watchdog: number;

  /** Starts the watchdog: from here on the chip resets unless `feedWatchdog` is called in time. */
  constructor(ffi: BootFunctions) {
    this.#ffi = ffi;
    this.slot = runningSlot(ffi);
    this.resetReason = resetReasons[ffi.esp_reset_reason()] ?? "unknown";
    this.#watchdog = watch(ffi);
  }

  restart(): void {
    this.#ffi.esp_restart();
  }

  feedWatchdog(): void {
    this.#ffi.esp_task_wdt_reset_user(this.#watchdog);
  }
}

function runningSlot(ffi: BootFunctions): number {
  const running = ffi.esp_ota_get_running_partition();
  for (let slot = 0; slot < slotsMax; slot++) {
    if (ffi.esp_partition_find_first(appType, firstSlotSubtype + slot, 0) === running) return slot;
  }
  throw new Error("the running partition is not an OTA slot: flash the A/B partition table");
}

/**
 * Subscribes the program to the task watchdog and returns the subscription. The SDK subscribes its
 * task and feeds that from its event loop, which catches a loop that never ends; only a second
 * subscription catches a program that has stopped doing its work.
 */
function watch(ffi: BootFunctions): number {
  const handle = new ArrayBuffer(4);
  // ESP-IDF keeps the name's address: it must be a C string that stays, such as the task's own.
  const status = ffi.esp_task_wdt_add_user(ffi.pcTaskGetName(0), handle);
  if (status !== 0) throw new Error(`the task watchdog is not running (ESP-IDF status ${status})`);
  return new DataView(handle).getUint32(0, true);
}
