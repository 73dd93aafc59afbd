import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import { makeFlashImage } from "../../../src/simulator/firmware/flash-image.js";
import type { Chip } from "../../../hosts/mcsim/chip.js";
import type FFI from "../../../hosts/mcsim/ffi.js";
import FakeTimer from "../esp32/moddable/timer.js";
import config from "../esp32/moddable/config.js";
import "./moddable/register.js";

const taskWatchdog = 6;

describe("the chip of the SDK's simulator", () => {
  let folder: string;
  let path: string;
  let LinChip: typeof Chip;
  let LinFFI: typeof FFI;
  const lines: string[] = [];

  before(async () => {
    Object.assign(globalThis, { trace: (line: string) => lines.push(line) });
    ({ Chip: LinChip } = await import("../../../hosts/mcsim/chip.js"));
    ({ default: LinFFI } = await import("../../../hosts/mcsim/ffi.js"));
    folder = mkdtempSync(join(tmpdir(), "lin-chip-"));
    path = join(folder, "flash.bin");
    const identity = { vendor: "acme", model: "sensor", sn: "0001" };
    const modules = { "main.js": "", "device.js": "", "host.js": "", "config.js": "" };
    const firmware = makeFirmware({ name: "sensor", version: "1.0.0", modules });
    writeFileSync(path, makeFlashImage({ identity, firmware }));
    config["flashFile"] = path;
  });

  after(() => {
    Reflect.deleteProperty(globalThis, "trace");
    Reflect.deleteProperty(config, "flashFile");
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    FakeTimer.pending = [];
  });

  it("tells the next boot why it was reset, and only that one", () => {
    assert.equal(new LinChip(path).resetReason, 1);
    const chip = new LinChip(path);
    chip.reset(3);
    chip.reset(6);
    assert.match(lines.at(-1) ?? "", /^reset \(reason 3\)/);
    assert.equal(new LinChip(path).resetReason, 3);
    assert.equal(new LinChip(path).resetReason, 1);
  });

  it("is reset by the watchdog once it is no longer fed", () => {
    const chip = new LinChip(path);
    assert.deepEqual(FakeTimer.pending, []);
    chip.feedWatchdog();
    chip.feedWatchdog();
    assert.equal(FakeTimer.pending.length, 1);
    FakeTimer.fire();
    assert.equal(new LinChip(path).resetReason, taskWatchdog);
    chip.feedWatchdog();
    assert.deepEqual(FakeTimer.pending, []);
  });

  it("opens partitions as a chip does", () => {
    const { openPartition } = new LinChip(path);
    assert.equal(openPartition("otadata").status().size, 0x2000);
    assert.equal(openPartition("nextota").status().size, 0x1f0000);
    assert.throws(() => {
      openPartition("running").eraseBlock(0);
    }, /read-only/);
    assert.throws(() => openPartition("ota_1"), /can't find partition/);
  });

  it("answers for ESP-IDF: which slot runs, the MAC address, the watchdog, a restart", () => {
    const ffi = new LinFFI();
    assert.equal(ffi.esp_reset_reason(), 1);
    const [first, second, third] = [0x10, 0x11, 0x12].map((subtype) =>
      ffi.esp_partition_find_first(0, subtype, 0),
    );
    assert.equal(ffi.esp_ota_get_running_partition(), first);
    assert.notEqual(first, second);
    assert.equal(third, 0);
    const address = new ArrayBuffer(6);
    assert.equal(ffi.esp_efuse_mac_get_default(address), 0);
    assert.deepEqual([...new Uint8Array(address)], [2, 0, 0, 0, 0, 1]);
    const handle = new ArrayBuffer(4);
    assert.equal(ffi.esp_task_wdt_add_user(ffi.pcTaskGetName(0), handle), 0);
    assert.equal(FakeTimer.pending.length, 1);
    assert.equal(ffi.esp_task_wdt_reset_user(new DataView(handle).getUint32(0, true)), 0);
    ffi.esp_restart();
    assert(existsSync(`${path}.reset`));
  });
});
