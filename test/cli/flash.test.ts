// `provision inspect` and `provision flash`, the latter with a stand-in for esptool that notes how
// it was called.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { makeFirmware } from "../../src/simulator/firmware/firmware.js";
import { makeNvsImage } from "../../src/formats/nvs/nvs-image.js";
import { loadFile } from "../support/vectors.js";
import { makeBootLoader } from "../factory/boot-loader-maker.js";

const program = resolve("build/src/cli/main.js");

describe("files of a flash", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "flash-"));
    const files = {
      "app.bin": loadFile("app-image", "esp32c3-1.1.0.bin"),
      "esp32.bin": loadFile("app-image", "esp32-1.1.0.bin"),
      "bad.bin": loadFile("app-image/damaged", "esp32c3-1.1.0-bad_checksum.bin"),
      "boot.bin": makeBootLoader(5),
      "boot32.bin": makeBootLoader(0),
      "nvs.bin": makeNvsImage(0x6000, []),
      "large.bin": makeNvsImage(0x7000, []),
      "sim.bin": makeFirmware({ name: "lamp", version: "1.0.0" }),
      "table.bin": loadFile("partition-table", "a_4mb_ab.bin"),
      "none.bin": Buffer.from("nothing"),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function run(line: string): { code: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...line.split(" ")], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: folder },
    });
    return { code: status, stdout, stderr };
  }

  /** An esptool of that version. It fails if there is a file `fail`. */
  function fakeEsptool(version: string): string {
    const path = join(folder, `esptool-${version}`);
    const script = [
      "#!/bin/sh",
      `[ "$1" = version ] && { echo "esptool v${version}"; exit 0; }`,
      'echo "$@" >> calls.txt',
      "[ ! -e fail ]",
    ];
    writeFileSync(path, `${script.join("\n")}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  describe("provision inspect", () => {
    it("explains a file in words and in JSON, and fails on damage only if asked", () => {
      const told = run("inspect app.bin");
      assert.equal(told.code, 0, told.stderr);
      assert.match(
        told.stdout,
        /^app\.bin: application image, 9,792 bytes\n[^]*version +1\.1\.0\n/,
      );
      const { kind, problems } = JSON.parse(run("inspect bad.bin --json").stdout) as {
        kind: string;
        problems: string[];
      };
      assert.equal(kind, "app");
      assert.match(problems.join("\n"), /checksum/);
      assert.deepEqual([run("inspect bad.bin").code, run("inspect bad.bin --check").code], [0, 1]);
    });

    it("says in one line that a file is none of these", () => {
      for (const [file, words] of [
        [
          "none.bin",
          /^provision: none\.bin is a text; it is no flash image, partition table, .*\n$/,
        ],
        ["missing.bin", /^provision: missing\.bin is not there\n$/],
        [".", /^provision: \. is a folder: name a file\n$/],
      ] as const) {
        const { code, stdout, stderr } = run(`inspect ${file}`);
        assert.deepEqual([code, stdout], [1, ""]);
        assert.match(stderr, words);
      }
    });
  });

  describe("provision flash", () => {
    it("prints the commands that put each part where it belongs", () => {
      const line = "flash nvs.bin app.bin boot.bin --port /dev/ttyUSB0 --dry-run";
      const { code, stdout, stderr } = run(`${line} --esptool ${fakeEsptool("5.3.1")}`);
      assert.equal(code, 0, stderr);
      const common = `${join(folder, "esptool-5.3.1")} --chip esp32c3 --port /dev/ttyUSB0 --baud 460800`;
      assert.equal(
        stdout,
        `${common} --after no-reset erase-region 0xf000 0x2000\n` +
          `${common} write-flash 0x0 boot.bin 0x9000 nvs.bin 0x20000 app.bin\n`,
      );
    });

    it("takes the offsets of the table among the files, and the spelling of old esptools", () => {
      const old = fakeEsptool("4.8.1");
      const { stdout } = run(
        `flash esp32.bin boot32.bin table.bin --port p --dry-run --esptool ${old}`,
      );
      assert.match(stdout, /--after no_reset erase_region 0xd000 0x2000\n/);
      assert.match(
        stdout,
        /write_flash 0x1000 boot32\.bin 0x8000 table\.bin 0x10000 esp32\.bin\n$/,
      );
    });

    it("runs esptool, and fails when it fails", () => {
      const tool = fakeEsptool("5.0.0");
      const { code, stdout, stderr } = run(`flash nvs.bin --port p --esptool ${tool} --json`);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /warning: a CIK that the device had is gone/);
      assert.equal((JSON.parse(stdout) as { port: string }).port, "p");
      const calls = readFileSync(join(folder, "calls.txt"), "utf8");
      assert.equal(calls, "--chip auto --port p --baud 460800 write-flash 0x9000 nvs.bin\n");
      writeFileSync(join(folder, "fail"), "");
      const failed = run(`flash nvs.bin --port p --esptool ${tool}`);
      assert.equal(failed.code, 1);
      assert.match(failed.stderr, /^provision: esptool failed \(exit code 1\)\n$/m);
    });

    const mistakes: readonly [line: string, code: 1 | 2, words: RegExp][] = [
      ["flash nvs.bin", 2, /^error: no serial port: use --port/],
      ["flash nvs.bin --port p --baud fast", 2, /expected bits per second/],
      ["flash none.bin --port p", 1, /none\.bin is a text/],
      ["flash bad.bin --port p", 1, /bad\.bin: .*checksum/],
      ["flash sim.bin --port p", 1, /sim\.bin is for the simulated chip/],
      ["flash app.bin boot32.bin --port p", 1, /boot32\.bin is for esp32, esp32c3 is expected/],
      ["flash app.bin --chip esp32s3 --port p", 1, /app\.bin is for esp32c3, esp32s3 is expected/],
      ["flash large.bin --port p", 1, /large\.bin has 28672 bytes, its place has 24576/],
      ["flash app.bin app.bin --port p", 1, /are for the same place/],
      ["flash nvs.bin --port p --esptool none", 1, /"none" is no esptool: pip install esptool/],
    ];
    for (const [line, code, words] of mistakes) {
      it(`writes nothing and says what is wrong with "${line}"`, () => {
        const ended = run(line);
        assert.equal(ended.code, code, ended.stderr);
        assert.match(ended.stderr, words);
        assert.equal(ended.stdout, "");
        assert.equal(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr);
      });
    }
  });
});
