import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import { makeFlashImage } from "../../../src/simulator/firmware/flash-image.js";
import { digestOpener } from "../../../hosts/esp32/digest.js";
import type { Board } from "../../../hosts/mcsim/board.js";
import type FFI from "../../../hosts/mcsim/ffi.js";
import FakeTimer from "../esp32/moddable/timer.js";
import config from "../esp32/moddable/config.js";
import "./moddable/register.js";

const taskWatchdog = 6;
const sectorBytes = 0x1000;
const otadataOffset = 0xf000;
const ota0Offset = 0x20000;
const ota1Offset = 0x210000;

describe("the board of the SDK's simulator", () => {
  let folder: string;
  let path: string;
  let image: Uint8Array;
  let SimulatorBoard: typeof Board;
  let SimulatorFFI: typeof FFI;
  const lines: string[] = [];

  before(async () => {
    Object.assign(globalThis, { trace: (line: string) => lines.push(line) });
    ({ Board: SimulatorBoard } = await import("../../../hosts/mcsim/board.js"));
    ({ default: SimulatorFFI } = await import("../../../hosts/mcsim/ffi.js"));
    folder = mkdtempSync(join(tmpdir(), "mcsim-board-"));
    path = join(folder, "flash.bin");
    const identity = { vendor: "acme", model: "sensor", sn: "0001" };
    const modules = { "main.js": "", "device.js": "", "host.js": "", "config.js": "" };
    const firmware = makeFirmware({ name: "sensor", version: "1.0.0", modules });
    image = makeFlashImage({ identity, firmware });
    writeFileSync(path, image);
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
    assert.equal(new SimulatorBoard(path).resetReason, 1);
    const board = new SimulatorBoard(path);
    board.reset(3);
    board.reset(6);
    assert.match(lines.at(-1) ?? "", /^reset \(reason 3\)/);
    assert.equal(new SimulatorBoard(path).resetReason, 3);
    assert.equal(new SimulatorBoard(path).resetReason, 1);
  });

  it("is reset by the watchdog once it is no longer fed", () => {
    const board = new SimulatorBoard(path);
    assert.deepEqual(FakeTimer.pending, []);
    board.feedWatchdog();
    board.feedWatchdog();
    assert.equal(FakeTimer.pending.length, 1);
    FakeTimer.fire();
    assert.equal(new SimulatorBoard(path).resetReason, taskWatchdog);
    board.feedWatchdog();
    assert.deepEqual(FakeTimer.pending, []);
  });

  it("says of each slot why nothing starts", () => {
    const damaged = image.slice();
    damaged.fill(0xff, ota0Offset, ota0Offset + sectorBytes);
    writeFileSync(path, damaged);
    assert.throws(() => new SimulatorBoard(path), /ota_0: .*magic.*; ota_1: .*magic/);
    writeFileSync(path, image);
  });

  it("starts the other slot where the first is damaged, and records the first boot", () => {
    const damaged = image.slice();
    damaged.copyWithin(ota1Offset, ota0Offset, ota1Offset);
    damaged[ota0Offset] = 0;
    writeFileSync(path, damaged);
    assert.equal(new SimulatorBoard(path).slot, 1);
    const entry = readFileSync(path).subarray(otadataOffset, otadataOffset + 32);
    assert.deepEqual([entry.readUInt32LE(0), entry.readUInt32LE(24)], [2, 2]);
    writeFileSync(path, image);
  });

  it("opens partitions as a chip does", () => {
    const { openPartition } = new SimulatorBoard(path);
    assert.equal(openPartition("otadata").status().size, 0x2000);
    assert.equal(openPartition("nextota").status().size, 0x1f0000);
    assert.throws(() => {
      openPartition("running").eraseBlock(0);
    }, /read-only/);
    assert.throws(() => openPartition("ota_1"), /can't find partition/);
  });

  it("answers for ESP-IDF: which slot runs, the MAC address, the watchdog, a restart", () => {
    const ffi = new SimulatorFFI();
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

  it("answers for the SDK's SHA-256, of several digests at a time", () => {
    const openDigest = digestOpener(new SimulatorFFI());
    const bytes = Uint8Array.from({ length: 600 }, (_, at) => at % 251);
    const [one, other] = [openDigest(), openDigest()];
    one.write(bytes);
    other.write(bytes.subarray(1));
    const expected = [bytes, bytes.subarray(1)].map((it) => createHash("sha256").update(it));
    assert.deepEqual(
      [one.close(), other.close()].map((it) => Buffer.from(it)),
      expected.map((hash) => hash.digest()),
    );
  });
});
