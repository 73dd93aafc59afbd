// The board that the SDK's simulator lacks: flash, boot loader, reset and watchdog, once a run. It
// loads no program: what runs is the app that was linked, whatever slot starts.
//
// A restart ends the run. Its reason waits in a file beside the flash for the next run, which begins
// when the app is loaded again (in mcsim: File, Reload). A run without one begins by power-on.

import config from "mc/config";
import { File } from "file";
import Timer from "timer";
import type { FlashPartition, OpenPartition } from "../../src/ports/flash.js";
import { partitionOpener } from "../../src/formats/flash/partitions.js";
import { boot, bootIndexName } from "../../src/formats/boot/boot-loader.js";
import { openDigest } from "../xs/device/digest.js";
import { BoardFlash } from "./flash-file.js";

/** ESP-IDF's esp_reset_reason_t. */
export const resetReasons = Object.freeze({ powerOn: 1, software: 3, taskWatchdog: 6 });

/** CONFIG_ESP_TASK_WDT_TIMEOUT_S of hosts/esp32/sdkconfig. */
const watchdogMs = 30_000;
const flashFileDefault = "/tmp/provision-flash.bin";

export class Board {
  readonly slot: number;
  /** ESP-IDF's number for it. */
  readonly resetReason: number;
  readonly openPartition: OpenPartition;
  readonly #resetFile: string;
  #watchdog: Timer | undefined;
  #isOver = false;

  /** Boots. Throws an Error if there is no flash image, or none of its slots can start. */
  constructor(flashFile: string) {
    this.#resetFile = `${flashFile}.reset`;
    this.resetReason = takeResetReason(this.#resetFile);
    const flash = new BoardFlash(flashFile);
    this.slot = startSlot(flash);
    this.openPartition = partitionOpener(flash, this.slot);
    trace(`boot (reason ${this.resetReason}) from ota_${this.slot}\n`);
  }

  /** From the first call on it is due again and again, or the chip resets. */
  feedWatchdog(): void {
    if (this.#isOver) return;
    if (this.#watchdog !== undefined) Timer.clear(this.#watchdog);
    this.#watchdog = Timer.set(() => {
      this.reset(resetReasons.taskWatchdog);
    }, watchdogMs);
  }

  /** Returns: what the app does from now on does not count. */
  reset(reason: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#watchdog !== undefined) Timer.clear(this.#watchdog);
    const file = new File(this.#resetFile, true);
    file.write(String(reason));
    file.close();
    trace(`reset (reason ${reason}): load the app again\n`);
  }
}

function takeResetReason(path: string): number {
  if (!File.exists(path)) return resetReasons.powerOn;
  const file = new File(path);
  const reason = Number(file.read(String));
  file.close();
  File.delete(path);
  return reason;
}

/** The slot that the boot loader starts. Throws an Error that says of each slot why none does. */
function startSlot(flash: FlashPartition): number {
  const { booted, tried, problem } = boot(flash, { openDigest });
  if (booted !== undefined && booted.index >= 0) return booted.index;
  const problems = tried.map((one) => `${bootIndexName(one.index)}: ${one.problem ?? "no slot"}`);
  throw new Error([problem ?? "no slot starts", ...problems].join("; "));
}

let running: Board | undefined;

/** The board of this run, booted by the first call. */
export function board(): Board {
  const { flashFile } = config;
  running ??= new Board(typeof flashFile === "string" ? flashFile : flashFileDefault);
  return running;
}
