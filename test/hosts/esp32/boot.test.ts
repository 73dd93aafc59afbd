import assert from "node:assert/strict";

import { type BootFunctions, ChipBoot } from "../../../hosts/esp32/boot.js";

/** ESP-IDF as the adapter calls it; pointers are numbers of its choosing. */
class FakeFFI implements BootFunctions {
  runningSubtype = 0x10;
  resetReason = 1;
  watchdogStatus = 0;
  readonly calls: string[] = [];

  esp_restart(): void {
    this.calls.push("restart");
  }
  esp_reset_reason(): number {
    return this.resetReason;
  }
  esp_ota_get_running_partition(): number {
    return 0x3ffb0000 + this.runningSubtype;
  }
  esp_partition_find_first(type: number, subtype: number, label: number): number {
    assert.deepEqual([type, label], [0, 0]);
    // A table of two slots: of others there is none.
    return subtype === 0x10 || subtype === 0x11 ? 0x3ffb0000 + subtype : 0;
  }
  pcTaskGetName(task: number): number {
    assert.equal(task, 0);
    return 0x3ffb5555;
  }
  esp_task_wdt_add_user(name: number, handle: ArrayBuffer): number {
    assert.equal(name, 0x3ffb5555);
    new DataView(handle).setUint32(0, 0x3ffc1234, true);
    return this.watchdogStatus;
  }
  esp_task_wdt_reset_user(handle: number): number {
    this.calls.push(`feed 0x${handle.toString(16)}`);
    return 0;
  }
}

describe("boot on the chip", () => {
  for (const slot of [0, 1]) {
    it(`knows that slot ${slot} runs`, () => {
      const ffi = new FakeFFI();
      ffi.runningSubtype = 0x10 + slot;
      assert.equal(new ChipBoot(ffi).slot, slot);
    });
  }

  it("refuses to run from a partition that is no slot", () => {
    const ffi = new FakeFFI();
    ffi.runningSubtype = 0;
    assert.throws(() => new ChipBoot(ffi), /not an OTA slot/);
  });

  it("names ESP-IDF's reset reasons, and those it does not have yet", () => {
    const names = Array.from({ length: 17 }, (_, resetReason) => {
      const ffi = new FakeFFI();
      ffi.resetReason = resetReason;
      return new ChipBoot(ffi).resetReason;
    });
    assert.deepEqual(names, [
      ...["unknown", "power-on", "power-on", "software", "panic"],
      ...["watchdog", "watchdog", "watchdog", "software", "brown-out"],
      ...["power-on", "power-on", "power-on", "unknown", "brown-out", "panic", "unknown"],
    ]);
  });

  it("feeds a subscription of its own to the watchdog, and restarts on request", () => {
    const ffi = new FakeFFI();
    const boot = new ChipBoot(ffi);
    boot.feedWatchdog();
    boot.restart();
    assert.deepEqual(ffi.calls, ["feed 0x3ffc1234", "restart"]);
  });

  it("refuses to run without the watchdog", () => {
    const ffi = new FakeFFI();
    ffi.watchdogStatus = 0x103;
    assert.throws(() => new ChipBoot(ffi), /watchdog is not running/);
  });
});
