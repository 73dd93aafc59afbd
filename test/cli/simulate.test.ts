// The command line as a user meets it: whole simulations on the engine, and what it refuses.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Facts } from "../../src/simulator/facts.js";
import { VendorClient } from "../../src/client/vendor-client.js";
import { startService } from "../../src/service/service.js";

const ourProgram = resolve("build/src/cli/main.js");
const sectorBytes = 4096;

interface RunOptions {
  readonly program?: string;
  /** Default: a folder that all tests share. */
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("provision simulate", function () {
  this.timeout(180_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "provision-cli-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(
    parameters: readonly string[],
    { program = ourProgram, cwd = folder, environment = {} }: RunOptions = {},
  ): Promise<Ended> {
    return new Promise((resolvePromise) => {
      execFile(
        process.execPath,
        [program, ...parameters],
        { cwd, env: { ...process.env, ...environment } },
        (error, stdout, stderr) => {
          resolvePromise({ code: Number(error?.code ?? 0), stdout, stderr });
        },
      );
    });
  }

  async function simulate(...parameters: string[]): Promise<Facts> {
    const { code, stdout, stderr } = await run(["simulate", "--json", ...parameters]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Facts;
  }

  const engines = ["xs", "node"];
  for (const engine of engines) {
    it(`updates a device that loses power half way (${engine})`, async () => {
      const facts = await simulate("--engine", engine, "--size", "262144");
      assert.equal(facts.versionBefore, "1.0.0");
      assert.equal(facts.versionAfter, "1.1.0");
      assert.equal(facts.activated, true);
      assert.equal(facts.imageBytes, 262_144);
      assert.equal(facts.powerCuts, 1);
      assert.equal(facts.boots, 3);
      assert.ok(facts.bytesRefetched <= sectorBytes + 4096, `${facts.bytesRefetched} twice`);
      assert.equal(facts.bytesFetched, facts.imageBytes + facts.bytesRefetched);
    });

    it(`uses one connection up to the last byte, and erases each sector once (${engine})`, async () => {
      const facts = await simulate("--engine", engine, "--size", "262144", "--cuts", "0");
      assert.equal(facts.bytesRefetched, 0);
      assert.equal(facts.serverBytesResent, 0);
      assert.equal(facts.connections, 2); // One before the restart, one after it.
      assert.equal(facts.boots, 2);
      // 64 sectors of the image; the rest are otadata's entries and NVS pages.
      assert.ok(facts.eraseCount - 64 <= 10, `${facts.eraseCount} blocks erased`);
    });

    it(`survives many cuts at random places (${engine})`, async () => {
      const facts = await simulate(
        "--engine",
        engine,
        "--size",
        "262144",
        "--cuts",
        "12",
        "--seed",
        "7",
      );
      assert.equal(facts.versionAfter, "1.1.0");
      assert.ok(facts.powerCuts > 0);
      assert.ok(facts.bytesRefetched <= facts.powerCuts * (sectorBytes + 4096));
    });
  }

  it("keeps a device in its file, and goes on with it", async () => {
    const flash = join(folder, "device.bin");
    const first = await simulate("--engine", "node", "--size", "131072", "--flash", flash);
    assert.equal(first.versionAfter, "1.1.0");
    assert.ok(existsSync(flash));
    const second = await simulate("--engine", "node", "--size", "131072", "--flash", flash);
    assert.equal(second.versionBefore, "1.1.0");
    assert.equal(second.versionAfter, "1.2.0");
    assert.equal(second.activated, true);
  });

  it("updates a device from an outside service", async () => {
    const service = await startService({ dataDirectory: join(folder, "outside"), port: 0 });
    try {
      const vendor = await service.admin.createVendor("lights");
      const server = `http://127.0.0.1:${service.port}`;
      const client = new VendorClient({ server, token: vendor.token });
      await client.models.create("lamp", { rid: vendor.rid });
      await client.serials.add("lamp", "L1");
      await client.serials.enable("lamp", "L1", vendor.rid);
      const file = join(folder, "lamp.bin");
      const make = ["firmware", file, "--model", "lamp", "--release", "3.0.0", "--json"];
      const { stdout } = await run(make);
      const { meta } = JSON.parse(stdout) as { meta: string };
      await client.contents.create("lamp", "stable", { meta });
      await client.contents.upload("lamp", "stable", readFileSync(file));
      const facts = await simulate(
        ...["--engine", "xs", "--server", server, "--vendor", "lights", "--model", "lamp"],
        ...["--sn", "L1", "--content", "stable", "--cut-at", "20000"],
      );
      assert.equal(facts.versionAfter, "3.0.0");
      assert.equal(facts.powerCuts, 1);
      assert.equal(facts.imageBytes, readFileSync(file).length);
    } finally {
      await service.close();
    }
  });

  it("hides many ranges in flight behind one slow round trip", async () => {
    const link = ["--engine", "node", "--size", "131072", "--cuts", "0", "--latency", "75"];
    const slow = await simulate(...link, "--pipeline", "1");
    const fast = await simulate(...link, "--pipeline", "8");
    // 32 round trips of 150 ms against 4: a busy machine does not hide that.
    assert.ok(fast.seconds + 2 < slow.seconds, `${fast.seconds} s against ${slow.seconds} s`);
  });

  it("leaves nothing behind, neither in the folder nor where temporary things are", async () => {
    const places = [join(folder, "empty"), join(folder, "temporary")];
    for (const place of places) mkdirSync(place);
    const [cwd = "", TMPDIR = ""] = places;
    const parameters = ["simulate", "--engine", "node", "--size", "131072"];
    const { code, stderr } = await run(parameters, { cwd, environment: { TMPDIR } });
    assert.equal(code, 0, stderr);
    for (const place of places) assert.deepEqual(readdirSync(place), []);
  });

  const mistakes: readonly (readonly [
    what: string,
    parameters: readonly string[],
    words: RegExp,
  ])[] = [
    ["a size that fits no slot", ["--size", "9999999"], /whole number from/],
    ["a chunk of nothing", ["--chunk", "0"], /whole number from 256/],
    ["a number that is none", ["--cuts", "-1"], /whole number/],
    ["an unknown engine", ["--engine", "v8"], /choices|Allowed/i],
    ["a server that is no address", ["--server", "ftp://x"], /http:\/\/host/],
    ["a cut that no byte reaches", ["--cut-at", "99999999"], /cut at 99999999 has no effect/],
    ["two kinds of cuts", ["--cuts", "3", "--cut-at", "100"], /cannot be used with/],
    [
      "a size of another's releases",
      ["--size", "131072", "--server", "http://x"],
      /cannot be used/,
    ],
    ["a program without XS", ["--engine", "node", "--program", "x.ts"], /runs on XS only/],
    ["an option that does not exist", ["--colour"], /unknown option/],
  ];
  for (const [what, parameters, words] of mistakes) {
    it(`refuses ${what} with one line and exit code 2`, async () => {
      const { code, stdout, stderr } = await run(["simulate", ...parameters]);
      assert.equal(code, 2);
      assert.match(stderr, words);
      assert.equal(stdout, "");
    });
  }

  it("says so if the outside server is not there", async () => {
    const { code, stderr } = await run([
      "simulate",
      "--engine",
      "node",
      "--server",
      "http://127.0.0.1:9",
      "--timeout",
      "3",
      "--json",
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /^provision: nothing listens at 127\.0\.0\.1:9/m);
  });

  it("says that a program is not there before it begins anything", async () => {
    const { code, stdout, stderr } = await run(["simulate", "--program", "none.ts"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^provision: --program: none\.ts is not there: [^\n]+\n$/);
  });

  it("refuses a flash file that is none", async () => {
    const flash = join(folder, "nothing.bin");
    writeFileSync(flash, "this is no flash");
    const { code, stderr } = await run(["simulate", "--engine", "node", "--flash", flash]);
    assert.equal(code, 1);
    assert.match(stderr, /^provision: .*nothing\.bin/m);
  });

  it("says so if the engine does not start, and what to do", async () => {
    const environment = { PROVISION_ENGINE: "/bin/false" };
    const { code, stderr } = await run(["simulate", "--engine", "xs"], { environment });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^provision: \/bin\/false does not start: remove it, .*another --engine\n$/,
    );
  });

  it("tells what to install without a C compiler, and offers the Node engine", async () => {
    // A checkout in which the engine has not been built yet.
    const checkout = join(folder, "checkout");
    for (const part of ["package.json", "hosts", "build/src", "build/hosts"]) {
      cpSync(part, join(checkout, part), { recursive: true });
    }
    symlinkSync(resolve("node_modules"), join(checkout, "node_modules"));
    const { code, stderr } = await run(["simulate"], {
      program: join(checkout, "build/src/cli/main.js"),
      environment: { CC: "no-such-compiler" },
    });
    assert.equal(code, 1);
    assert.match(stderr, /^provision: no C compiler.*apt-get install.*--engine node$/m);
  });
});
