// The factory's commands as a factory runs them, killed on the way too.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFirmware } from "../../src/simulator/firmware/firmware.js";
import { Nvs } from "../../src/formats/nvs/nvs.js";
import { MemoryFlash } from "../../src/formats/flash/memory-flash.js";
import { VendorClient } from "../../src/client/vendor-client.js";
import { loadFile } from "../support/vectors.js";
import { Shell } from "./shell.js";

/** Bytes of the list of what was issued. */
function issuedIn(folder: string): number {
  return statSync(join(folder, "SHA256SUMS"), { throwIfNoEntry: false })?.size ?? 0;
}

const program = resolve("build/src/cli/main.js");

function identityIn(nvs: Uint8Array): Record<string, unknown> {
  const entries = [...Nvs.open(new MemoryFlash(Uint8Array.from(nvs))).entries()];
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

describe("provision factory", function () {
  this.timeout(120_000);
  let shell: Shell;

  before(async () => {
    shell = await Shell.open();
    await shell.provision(`model create lamp --rid ${shell.acme.rid}`);
  });
  after(() => shell.close());

  function write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(shell.folder, name), content);
    return name;
  }

  function environment(): NodeJS.ProcessEnv {
    return { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
  }

  describe("image", () => {
    it("makes the NVS partition of a device, without a service", async () => {
      const words =
        "factory image --vendor acme --model lamp --sn 00:1B --host a.b --port 81 --json";
      const { code, stdout, stderr } = await shell.run(words.split(" "));
      assert.equal(code, 0, stderr);
      const { file, kind, offset, bytes, sha256 } = JSON.parse(stdout) as Record<string, unknown>;
      assert.deepEqual([file, kind, offset, bytes], ["00+1B.bin", "nvs", 0x9000, 0x6000]);
      const image = readFileSync(join(shell.folder, "00+1B.bin"));
      assert.equal(createHash("sha256").update(image).digest("hex"), sha256);
      const identity = { vendor: "acme", model: "lamp", sn: "00:1B", host: "a.b", port: "81" };
      assert.deepEqual(identityIn(image), identity);
    });

    it("makes a whole flash with firmware, of the size that the table has", async () => {
      write("lamp.bin", makeFirmware({ name: "lamp", version: "1.2.0" }));
      const table = "# Name\nnvs,data,nvs,,0x6000\notadata,data,ota,,0x2000\n";
      write("8mb.csv", `${table}ota_0,app,ota_0,,3M\nota_1,app,ota_1,,3M\n`);
      const words = "factory image --vendor acme --model lamp --no-sn --firmware lamp.bin";
      const more = "--partitions 8mb.csv --out whole.bin";
      const { code, stdout, stderr } = await shell.run(`${words} ${more}`.split(" "));
      assert.equal(code, 0, stderr);
      assert.match(
        stdout,
        /^whole\.bin: flash of 8 MB with 1\.2\.0 in ota_0; without a boot loader/,
      );
      const flash = readFileSync(join(shell.folder, "whole.bin"));
      assert.equal(flash.length, 8 << 20);
      assert.deepEqual(identityIn(flash.subarray(0x9000, 0xf000)), {
        vendor: "acme",
        model: "lamp",
      });
    });

    const long = "9".repeat(129);
    const mistakes: readonly [line: string, code: 1 | 2, words: RegExp][] = [
      ["--vendor acme --model lamp", 2, /^error: required option '--sn <serial>'/],
      ["--vendor acme --model lamp --sn 1 --port 0", 2, /whole number from 1 to 65535/],
      ["--vendor acme --model lamp --sn 1 --flash-size 3MB", 2, /expected 1MB, 2MB, 4MB/],
      ["--vendor acme --model lamp --sn 1 --flash-size 2MB", 1, /default table needs 4 MB/],
      [`--vendor acme --model lamp --sn ${long}`, 1, /129 characters, at most 128 fit/],
      ["--vendor acme --model a/b --sn 1", 1, /model "a\/b": expected letters/],
      ["--vendor acme --model lamp --sn 1 --host a_b", 1, /host "a_b": expected/],
      ["--vendor acme --model lamp --sn 1 --partitions none.csv", 1, /none\.csv is not there/],
      ["--vendor acme --model lamp --sn 1 --partitions overlap.csv", 1, /overlap\.csv: .*line 3/],
      ["--vendor acme --model lamp --sn 1 --firmware big.bin", 1, /big\.bin: .*slot ota_0 holds/],
      ["--vendor acme --model lamp --sn 1 --firmware c3.bin --chip esp32", 1, /is for esp32c3/],
      ["--vendor acme --model lamp --sn 1 --bootloader c3.bin", 1, /is for use with --firmware/],
      ["--vendor acme --model lamp --sn 1 --firmware overlap.csv", 1, /begins with e9/],
    ];
    for (const [line, code, words] of mistakes) {
      it(`writes nothing and says what is wrong with "${line.slice(0, 80)}"`, async () => {
        write("overlap.csv", "# Name\nnvs,data,nvs,0x9000,0x6000\nx,data,phy,0xe000,0x1000\n");
        write("big.bin", makeFirmware({ name: "l", version: "1.0.0", byteLength: 0x1f0010 }));
        write("c3.bin", loadFile("app-image", "esp32c3-1.1.0.bin"));
        const words2 = ["factory", "image", ...line.split(" "), "--out", "nothing.bin"];
        const ended = await shell.run(words2);
        assert.equal(ended.code, code, ended.stderr);
        assert.match(ended.stderr, words);
        assert.equal(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr);
        assert.deepEqual(
          readdirSync(shell.folder).filter((name) => /nothing|\.part$/.test(name)),
          [],
        );
      });
    }
  });

  it("table makes the bytes that Espressif's generator makes of a CSV", async () => {
    write("ab.csv", loadFile("partition-table", "a_4mb_ab.csv"));
    const { code, stdout, stderr } = await shell.run("factory table ab.csv".split(" "));
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "partition-table.bin: 7 partitions, for offset 0x8000\n");
    const made = readFileSync(join(shell.folder, "partition-table.bin"));
    assert.ok(made.equals(loadFile("partition-table", "a_4mb_ab.bin")));
  });

  describe("batch", () => {
    async function registered(): Promise<string[]> {
      const { serials } = new VendorClient({ server: shell.server, token: shell.acme.token });
      const names: string[] = [];
      for await (const { serial } of serials.list("lamp")) names.push(serial);
      return names;
    }

    it("makes and registers each serial of a file once, and more of them later", async () => {
      write("some.csv", "a1,green\na2\n");
      const line = "factory batch some.csv --model lamp --out some";
      const first = (await shell.json(line)) as Record<string, unknown>;
      assert.deepEqual([first["made"], first["added"], first["issued"]], [2, 2, 2]);
      const batch = String(first["batch"]);
      const extras = (await shell.json("serial list lamp")) as { serial: string; extra: string }[];
      assert.deepEqual(
        extras.map(({ serial, extra }) => [serial, extra]),
        [
          ["a1", `green batch=${batch}`],
          ["a2", `batch=${batch}`],
        ],
      );
      const { sn, vendor } = identityIn(readFileSync(join(shell.folder, "some", "a1.bin")));
      assert.deepEqual([vendor, sn], ["acme", "a1"]);
      write("some.csv", "a1,green\na2\na3\n");
      const more = (await shell.json(line)) as Record<string, unknown>;
      assert.deepEqual([more["made"], more["added"], more["issued"]], [1, 1, 3]);
      assert.equal(
        await shell.provision(line),
        "some: 0 images made, 3 issued before; 0 serials registered with lamp\n",
      );
    });

    it("goes on after kill -9 at any moment, and never issues a serial twice", async () => {
      const count = 2500;
      const serials = Array.from({ length: count }, (_, at) => `k${at}`);
      write("many.csv", serials.join("\n"));
      const words = "factory batch many.csv --model lamp --out many".split(" ");
      const folder = join(shell.folder, "many");
      const taken = join(shell.folder, "taken");
      mkdirSync(taken);
      /** The flashing station takes what is ready; what was taken must never appear again. */
      const take = (): void => {
        if (!existsSync(folder)) return;
        for (const name of readdirSync(folder).filter((file) => /^k\d+\.bin$/.test(file))) {
          assert.ok(!existsSync(join(taken, name)), `${name} was issued twice`);
          renameSync(join(folder, name), join(taken, name));
        }
      };
      // While it starts and registers, and while it makes images: random moments of both.
      const delays = [400, 900, 50, 50, 150, 300].map((most) => Math.floor(Math.random() * most));
      let kills = 0;
      for (const [index, delay] of delays.entries()) {
        const child = spawn(process.execPath, [program, ...words], {
          cwd: shell.folder,
          env: { PATH: process.env["PATH"], HOME: shell.folder, ...environment() },
        });
        const life = { isOver: false };
        const ended = new Promise<NodeJS.Signals | null>((done) =>
          child.once("close", (_, signal) => {
            life.isOver = true;
            done(signal);
          }),
        );
        const before = issuedIn(folder);
        while (!life.isOver && index > 1 && issuedIn(folder) === before) await sleep(5);
        await Promise.race([sleep(delay), ended]);
        child.kill("SIGKILL");
        if ((await ended) === "SIGKILL") kills += 1;
        take();
      }
      const { code, stderr } = await shell.run(words, { environment: environment() });
      assert.equal(code, 0, stderr);
      take();
      const replay = `killed after ${delays.join(", ")} ms`;
      assert.notEqual(kills, 0, replay);
      assert.equal(readdirSync(taken).length, count, replay);
      const lines = readFileSync(join(folder, "SHA256SUMS"), "utf8").trimEnd().split("\n");
      assert.equal(lines.length, count, replay);
      for (const line of lines) {
        const [sum, name = ""] = line.split("  ");
        const bytes = readFileSync(join(taken, name));
        assert.equal(createHash("sha256").update(bytes).digest("hex"), sum, replay);
        assert.equal(`${String(identityIn(bytes)["sn"])}.bin`, name, replay);
      }
      const names = (await registered()).filter((serial) => /^k\d+$/.test(serial));
      assert.equal(names.length, count, replay);
    });

    it("does not issue what another batch has issued, or somebody has registered", async () => {
      write("one.csv", "x1\nx2\n");
      await shell.provision("factory batch one.csv --model lamp --out one");
      await shell.provision("serial add lamp x4");
      write("two.csv", "x0\nx2\n");
      await refuses("two.csv", /serial "x2" already, from batch [0-9a-f]{12}: no serial is issued/);
      write("two.csv", "x3\nx4\n");
      await refuses("two.csv", /serial "x4" already, and no batch put it there/);
      assert.ok(!(await registered()).some((serial) => serial === "x0" || serial === "x3"));
    });

    it("refuses a folder of a batch with other terms", async () => {
      write("t.csv", "t1\n");
      await shell.provision("factory batch t.csv --model lamp --out terms");
      await refuses(
        "t.csv --host a.b",
        /terms is a batch in which the host is none, and here it is "a\.b"/,
        "terms",
      );
    });

    const mistakes: readonly [what: string, csv: string, more: string, words: RegExp][] = [
      ["a duplicate", "b1\nb2\nb1\n", "", /bad\.csv: row 3: serial "b1" is in row 1 already\n$/],
      ["one that differs in case", "b1\nB1\n", "", /row 2: .*row 1 already as "b1", and only case/],
      ["a long serial", `b1\n${"9".repeat(129)}\n`, "", /row 2: expected a serial of 1 to 128/],
      ["a slash", "b1\na/b\n", "--heading", /row 2: expected a serial of .*got "a\/b"/],
      ["an empty file", "", "", /bad\.csv holds no serials/],
      ["a long extra text", `b1,${"x".repeat(4090)}\n`, "", /row 1: the extra text/],
      ["another vendor", "b1\n", "--vendor bolt", /key belongs to vendor "acme", not "bolt"/],
      ["an unknown model", "b1\n", "--model none", /no such model/],
    ];
    for (const [what, csv, more, words] of mistakes) {
      it(`writes and registers nothing for ${what}`, async () => {
        write("bad.csv", csv);
        await refuses(`bad.csv${more === "" ? "" : ` ${more}`}`, words, "bad");
        assert.ok(!existsSync(join(shell.folder, "bad")));
        assert.ok(!(await registered()).some((serial) => /^b/i.test(serial)));
      });
    }

    async function refuses(more: string, words: RegExp, out = "two"): Promise<void> {
      const model = more.includes("--model") ? "" : " --model lamp";
      const line = `factory batch ${more} --out ${out}${model}`;
      const ended = await shell.run(line.split(" "), { environment: environment() });
      assert.equal(ended.code, 1, ended.stderr);
      assert.match(ended.stderr, words);
      assert.equal(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr);
      assert.ok(out !== "two" || !existsSync(join(shell.folder, out)));
    }
  });
});
