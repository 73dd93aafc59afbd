// The simulated chip as the agent sees it. Where it has the standard's modules under the standard's
// names, the adapters are the ones of the real chip.

import ChipBoot from "embedded:x-chip/boot";
import type { Platform } from "../../../src/ports/platform.js";
import { openDigest } from "./digest.js";
import { openPartition } from "../../esp32/flash.js";
import { openStore } from "../../esp32/key-value.js";
import { resolve } from "../../esp32/resolve.js";
import { connect } from "../../esp32/tcp.js";
import { openBoot } from "./boot.js";
import { clock, timer } from "./timer.js";

/** Makes the platform, once per boot. */
export function openPlatform(): Platform {
  return {
    boot: openBoot(),
    clock,
    connect,
    log: (line) => {
      trace(line, "\n");
    },
    macAddress: () => new Uint8Array(ChipBoot.macAddress()),
    openDigest,
    openPartition,
    openStore,
    random: () => ChipBoot.random(),
    resolve,
    timer,
  };
}
