// The chip as the agent sees it: every port, over the SDK's modules.

import FFI from "mc/ffi";
import type { Platform } from "../../src/ports/platform.js";
import { ChipBoot } from "./boot.js";
import { digestOpener } from "./digest.js";
import { openPartition } from "./flash.js";
import { openStore } from "./key-value.js";
import { resolve } from "./resolve.js";
import { connect } from "./tcp.js";
import { startClock, timer } from "./timer.js";

/** Makes the platform, once per boot. Starts the watchdog. */
export function openPlatform(): Platform {
  const ffi = new FFI();
  return {
    boot: new ChipBoot(ffi),
    clock: startClock(),
    connect,
    log: (line) => {
      trace(line, "\n");
    },
    macAddress: () => readMACAddress(ffi),
    openDigest: digestOpener(ffi),
    openPartition,
    openStore,
    // The hardware's random number generator, once the radio is on.
    random: () => Math.random(),
    resolve,
    timer,
  };
}

/** The factory's MAC address, six bytes: Wi-Fi's, and the one that esptool prints. */
function readMACAddress(ffi: FFI): Uint8Array {
  const address = new ArrayBuffer(6);
  const status = ffi.esp_efuse_mac_get_default(address);
  if (status !== 0) throw new Error(`no MAC address in eFuse (ESP-IDF status ${status})`);
  return new Uint8Array(address);
}
