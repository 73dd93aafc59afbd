import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import { boot as bootDesktop } from "../../../src/formats/boot/boot-loader.js";
import { makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import { FlashFile as DesktopFlashFile } from "../../../src/simulator/chip/flash-file.js";
import { makeFlashImage } from "../../../src/simulator/firmware/flash-image.js";
import { encodeOtaEntry } from "../../../src/flash/otadata.js";
import type { FlashPartition } from "../../../src/ports/flash.js";
import "./moddable/register.js";

const slotOffsets = [0x20000, 0x210000] as const;
const otadataOffset = 0xf000;
const sectorBytes = 0x1000;
const entryBytes = 32;

describe("the boot loader of the SDK's simulator", () => {
  let folder: string;
  let path: string;
  let flash: Uint8Array;
  let boot: (flash: FlashPartition) => number;

  before(async function () {
    this.timeout(60_000);
    ({ boot } = await import("../../../hosts/mcsim/boot-loader.js"));
    folder = mkdtempSync(join(tmpdir(), "lin-boot-"));
    path = join(folder, "flash.bin");
    const modules = { "main.js": "", "device.js": "", "host.js": "", "config.js": "" };
    const firmware = makeFirmware({ name: "sensor", version: "1.0.0", modules });
    const identity = { vendor: "acme", model: "sensor", sn: "0001" };
    flash = makeFlashImage({ identity, firmware });
    flash.set(firmware, slotOffsets[1]);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Boots a flash and tells what came of it: the slot or the refusal, and otadata's entries. */
  function outcome(start: (flash: FlashPartition) => number | undefined, image: Uint8Array) {
    writeFileSync(path, image);
    const file = new DesktopFlashFile(path);
    let slot: number | undefined;
    try {
      slot = start(file);
    } catch (error) {
      assert.match(String(error), /no slot holds an image that may run/);
    }
    file.close();
    const after = readFileSync(path);
    const entries = [0, 1].map((sector) => {
      const at = otadataOffset + sector * sectorBytes;
      return after.toString("hex", at, at + entryBytes);
    });
    return { slot, entries };
  }

  it("decides and rewrites otadata as the simulated chip's does, whatever it finds", function () {
    this.timeout(120_000);
    const entry = fc.option(
      fc.record({
        sequence: fc.constantFrom(1, 2, 3, 4, 0xfffffffe),
        state: fc.constantFrom(0, 1, 2, 3, 4, 0xffffffff),
        damaged: fc.boolean(),
      }),
      { nil: undefined },
    );
    const damages = fc.tuple(fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(fc.tuple(entry, entry), damages, (entries, damagedSlots) => {
        const image = flash.slice();
        entries.forEach((fields, sector) => {
          if (fields === undefined) return;
          const bytes = encodeOtaEntry(fields.sequence, fields.state);
          if (fields.damaged) bytes[28] = (bytes[28] ?? 0) ^ 1;
          image.set(bytes, otadataOffset + sector * sectorBytes);
        });
        damagedSlots.forEach((isDamaged, slot) => {
          if (isDamaged) image[slotOffsets[slot === 0 ? 0 : 1]] = 0;
        });
        const expected = outcome((file) => bootDesktop(file).booted?.index, image);
        assert.deepEqual(outcome(boot, image), expected);
      }),
      { numRuns: 40 },
    );
  });

  it("says of each slot why nothing starts", () => {
    const image = flash.slice();
    image.fill(0xff, slotOffsets[0], slotOffsets[0] + sectorBytes);
    image.fill(0, slotOffsets[1], slotOffsets[1] + sectorBytes);
    writeFileSync(path, image);
    const file = new DesktopFlashFile(path);
    assert.throws(() => boot(file), /ota_0: .*; ota_1: /);
    file.close();
  });
});
