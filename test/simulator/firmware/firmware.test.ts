import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { esp32, verifyBootImage } from "../../../src/formats/boot/boot-image.js";
import { type FirmwareSource, makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import { decodeModules, type Modules } from "../../../src/simulator/firmware/module-archive.js";
import { AppImageStream } from "../../../src/flash/app-image-stream.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { NorFlash } from "../../support/nor-flash.js";

const mib = 1 << 20;

function firmware(source: Partial<FirmwareSource> = {}): Uint8Array {
  return makeFirmware({ name: "lamp", version: "1.2.3", ...source });
}

function modulesIn(image: Uint8Array): Modules {
  // Header, segment header, app descriptor.
  return decodeModules(Buffer.from(image.subarray(24 + 8 + 256)));
}

/** What the boot loader of the simulated chip says of the image in a slot. */
function verdictOn(image: Uint8Array): ReturnType<typeof verifyBootImage> {
  const flash = new NorFlash({ size: 2 * mib });
  flash.write(image, 0x10000);
  const partition = { offset: 0x10000, size: 2 * mib - 0x10000 };
  return verifyBootImage(flash, partition, { chip: esp32, openDigest: openSha256 });
}

describe("firmware for the simulated chip", () => {
  it("is an image that the boot loader takes, of a project that no real chip has", () => {
    const image = firmware();
    const verdict = verdictOn(image);
    assert.ok(!("problem" in verdict), JSON.stringify(verdict));
    assert.equal(verdict.byteLength, image.length);
    const stream = new AppImageStream({ openDigest: openSha256, byteLengthMax: image.length });
    stream.write(image);
    assert.equal(stream.summary?.descriptor?.projectName, "lamp-sim");
    assert.equal(stream.summary.descriptor.version, "1.2.3");
  });

  it("has exactly the size that is asked for", () => {
    const least = firmware().length;
    for (const byteLength of [mib, mib + 16, Math.ceil(least / 16) * 16 + 64]) {
      const image = firmware({ byteLength });
      assert.equal(image.length, byteLength);
      assert.equal("problem" in verdictOn(image), false);
    }
  });

  it("says which sizes are possible if this one is not", () => {
    for (const byteLength of [16, mib + 4]) {
      assert.throws(() => firmware({ byteLength }), /multiple of 16 above, not/);
    }
    const [, least] = /has (\d+) bytes/.exec(messageOf(() => firmware({ byteLength: 16 }))) ?? [];
    assert.equal(firmware({ byteLength: Number(least) }).length, Number(least));
  });

  it("is the same whenever it is made, and has other padding with another seed", () => {
    const image = firmware({ byteLength: mib });
    assert.deepEqual(firmware({ byteLength: mib }), image);
    const other = firmware({ byteLength: mib, seed: 1 });
    assert.deepEqual(modulesIn(other), modulesIn(image));
    assert.notDeepEqual(other, image);
    const zeros = image.subarray(mib / 2).filter((byte) => byte === 0).length;
    assert.ok(zeros < mib / 2 / 128, "padding that compresses is no measure for a download");
  });

  it("carries the program: main as it was compiled, the rest in one module", () => {
    const modules = modulesIn(firmware({ config: { chunkBytes: 8192 } }));
    assert.deepEqual(Object.keys(modules), ["main.js", "host.js", "device.js", "config.js"]);
    const built = new URL("../../../hosts/xs/device/main.js", import.meta.url);
    assert.equal(modules["main.js"], readFileSync(built, "utf8"));
    assert.match(modules["config.js"] ?? "", /"chunkBytes":8192/);
  });

  it("imports nothing that the chip does not have", () => {
    const modules = modulesIn(firmware());
    const specifiers = Object.values(modules).flatMap((text) =>
      [...text.matchAll(/\bfrom ?"([^"]+)"/g)].map(([, specifier]) => specifier),
    );
    const foreign = specifiers.filter(
      (specifier) =>
        !/^(embedded:.+|timer|crypt|net|\.\/(host|device|config)\.js)$/.test(specifier ?? ""),
    );
    assert.deepEqual(foreign, []);
    assert.ok(specifiers.includes("embedded:io/socket/tcp"), specifiers.join());
  });

  it("takes a product's own modules", () => {
    const own = { "main.js": 'import "./lamp.js";', "lamp.js": "trace(1)" };
    const modules = modulesIn(firmware({ modules: own }));
    assert.equal(modules["main.js"], own["main.js"]);
    assert.equal(modules["lamp.js"], own["lamp.js"]);
  });

  it("takes a product's own program in TypeScript, and gives it the agent", () => {
    const folder = mkdtempSync(join(tmpdir(), "firmware-"));
    const program = join(folder, "lamp.ts");
    writeFileSync(join(folder, "name.ts"), 'export const name: string = "lamp";');
    const agent = 'import { openPlatform, startAgent } from "provision-agent/device";';
    const own = 'import { name } from "./name.js"; openPlatform().log(name);';
    writeFileSync(program, `${agent} ${own} startAgent(openPlatform());`);
    const { "main.js": main = "", ...others } = modulesIn(firmware({ program }));
    assert.match(main, /from"\.\/host\.js"/);
    assert.match(main, /"lamp"/);
    assert.deepEqual(Object.keys(others), ["host.js", "device.js", "config.js"]);

    writeFileSync(program, 'import "./none.js";');
    assert.match(
      messageOf(() => firmware({ program })),
      /lamp\.ts:1: .*none\.js/,
    );
    const none = join(folder, "none.ts");
    assert.match(
      messageOf(() => firmware({ program: none })),
      /none\.ts: /,
    );
    rmSync(folder, { recursive: true });
  });

  it("does not start on another chip than it is for", () => {
    assert.deepEqual(verdictOn(firmware({ chipId: 5 })), {
      problem: "the image is for chip 5, this is chip 0",
    });
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}
