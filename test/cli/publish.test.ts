// `provision content publish`: what becomes a release, and what is refused with which sentence.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stampAppImage } from "../../src/formats/app-image/app-image-stamp.js";
import { openSha256 } from "../../hosts/node/digest.js";
import { makeFirmware } from "../../src/simulator/firmware/firmware.js";
import { loadFile } from "../support/vectors.js";
import { Shell, type Ended } from "./shell.js";

const modules = { "main.js": "export {};\n" };

/** An image of the project lamp-sim. */
function simulated(version: string, name = "lamp", chipId = 0): Uint8Array {
  return makeFirmware({ name, version, modules, chipId });
}

function stamped(image: Uint8Array, projectName: string, version: string): Uint8Array {
  return stampAppImage(image, { projectName, version }, openSha256);
}

const built = loadFile("app-image", "esp32c3-1.1.0.bin");

describe("provision content publish", function () {
  this.timeout(60_000);
  let shell: Shell;
  let models = 0;
  let model: string;

  before(async () => {
    shell = await Shell.open();
  });
  after(() => shell.close());

  beforeEach(async () => {
    model = `lamp${(models += 1)}`;
    await shell.provision(`model create ${model} --rid ${shell.acme.rid}`);
  });

  function publish(content: Uint8Array | string, ...words: string[]): Promise<Ended> {
    writeFileSync(join(shell.folder, "x.bin"), content);
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    const line = ["content", "publish", model, "x.bin", "--name", "lamp", ...words];
    return shell.run(line, { environment });
  }

  async function listed(): Promise<string[]> {
    const rows = (await shell.json(`content list ${model}`)) as { id: string }[];
    return rows.map(({ id }) => id);
  }

  it("takes the release from the image, and says what it has published", async () => {
    const image = simulated("1.1.0");
    const { code, stdout, stderr } = await publish(image);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    const what = `${image.length} bytes for esp32, project lamp-sim`;
    assert.equal(stdout, `lamp-1.1.0 is published: ${what}\n`);
    const sha256 = createHash("sha256").update(image).digest("hex");
    const info = (await shell.json(`content info ${model} lamp-1.1.0`)) as { meta: string };
    assert.equal(info.meta, `version=1.1.0&sha256=${sha256}`);
    assert.match((await publish(image)).stdout, /^lamp-1\.1\.0 is published already: /);
  });

  const html = "\ufeff <!DOCTYPE html><html><body>Please log in</body></html>";
  const lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
  const flash = new Uint8Array(0x20000).fill(0xff);
  flash.set(loadFile("partition-table", "a_4mb_ab.bin"), 0x8000);
  const whole = simulated("2.0.0");
  const flipped = Uint8Array.from(whole);
  flipped[2000] = (flipped[2000] ?? 0) ^ 1;

  for (const [what, content, message] of [
    ["an empty file", "", /^provision: x\.bin is empty; a release is an application image/],
    ["an HTML page", html, /x\.bin is an HTML page, perhaps of a login or an error; /],
    ["a compressed image", gzipSync(whole), /x\.bin is compressed \(gzip\): unpack it first; /],
    ["a Git LFS pointer", lfs, /x\.bin is a Git LFS pointer, not the file .*: run git lfs pull; /],
    ["a whole flash image", flash, /is a whole flash image: publish the application alone; /],
    ["a text", "# Lamp\n\nRead me.\n", /x\.bin is a text; /],
    ["an ELF file", "\x7fELF\x01\x01\x01", /x\.bin is an ELF file: take the \.bin file/],
    ["random bytes", Uint8Array.of(7, 1, 0, 3, 9), /x\.bin is not an ESP32 image; /],
    ["blank flash", new Uint8Array(4096).fill(0xff), /x\.bin is blank: all its bytes are FF; /],
    ["an image that is cut off", whole.subarray(0, 1500), /x\.bin is damaged or cut off: /],
    ["an image with a wrong bit", flipped, /x\.bin is damaged or cut off: /],
  ] as const) {
    it(`refuses ${what}, with --force too`, async () => {
      for (const more of [[], ["--force"]]) {
        const { code, stderr } = await publish(content, "--release", "2.0.0", ...more);
        assert.equal(code, 1);
        assert.match(stderr, message);
        assert.equal(stderr.split("\n").length, 2);
      }
      assert.deepEqual(await listed(), []);
    });
  }

  const doubtful: readonly (readonly [what: string, image: Uint8Array, release: string, RegExp])[] =
    [
      [
        "another version than --release",
        simulated("1.1.0"),
        "3.0.0",
        /the image says version "1\.1\.0", the release is 3\.0\.0: devices refuse it \(--stamp/,
      ],
      [
        "another project than its name",
        simulated("1.1.0", "sensor"),
        "1.1.0",
        /the image says project "sensor-sim", not "lamp": /,
      ],
      [
        "the SDK's project",
        stamped(built, "xs_esp32", "1.1.0"),
        "1.1.0",
        /project "xs_esp32", as every Moddable build does, not "lamp": .*\(--stamp/,
      ],
      [
        "more bytes than a slot",
        makeFirmware({ name: "lamp", version: "1.1.0", modules, byteLength: 0x1f0000 + 16 }),
        "1.1.0",
        /its 2031632 bytes do not fit a slot of 2031616 \(--partitions/,
      ],
      [
        "a version that git made",
        simulated("1.1.0-3-gabcdef0"),
        "1.1.0-3-gabcdef0",
        /1\.1\.0-3-gabcdef0 is git's name for 3 commits after 1\.1\.0, which semver puts before 1\.1\.0: /,
      ],
    ];
  for (const [what, image, release, message] of doubtful) {
    it(`refuses ${what}, and warns with --force`, async () => {
      const refused = await publish(image, "--release", release);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, message);
      assert.match(refused.stderr, /--force publishes it all the same\n$/);
      assert.deepEqual(await listed(), []);
      const forced = await publish(image, "--release", release, "--force");
      assert.equal(forced.code, 0, forced.stderr);
      assert.match(forced.stderr, /^provision: warning: x\.bin: /);
      assert.deepEqual(await listed(), [`lamp-${release}`]);
    });
  }

  for (const [version, message] of [
    ["v1.1.0", /says version "v1\.1\.0", which is a semantic version with a "v" in front/],
    ["v1.1.0-3-gabcdef0", /which is git's name for 3 commits after 1\.1\.0/],
    ["v2.0.0-dirty", /which is 2\.0\.0 with changes that are not committed/],
    ["1.1", /which is not a semantic version, which has three numbers: 1\.1\.0/],
    ["trial", /which is not a semantic version such as 1\.2\.0/],
  ] as const) {
    it(`explains an image of version ${version}, and stamps it`, async () => {
      const image = stamped(simulated("1.0.0"), "lamp-sim", version);
      const { code, stderr } = await publish(image);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.match(stderr, /use --release VERSION --stamp\n$/);
      const { stdout } = await publish(image, "--release", "1.1.0", "--stamp");
      assert.match(stdout, /^lamp-1\.1\.0 is published: .* project lamp-sim\n$/);
    });
  }

  it("says what is meant by --release v1.1.0", async () => {
    const { code, stderr } = await publish(simulated("1.1.0"), "--release", "v1.1.0");
    assert.equal(code, 2);
    const why = 'a semantic version with a "v" in front; without it, it is 1.1.0';
    assert.equal(stderr, `error: --release: "v1.1.0" is ${why}\n`);
  });

  it("holds an image to project and chip of the newest release of its name", async () => {
    const first = stamped(built, "lamp", "1.0.0");
    assert.match((await publish(first)).stdout, /^lamp-1\.0\.0 is published: .* for esp32c3, /);
    const other = await publish(simulated("1.1.0"));
    assert.equal(other.code, 1);
    assert.match(other.stderr, /the image says project "lamp-sim", lamp-1\.0\.0 says "lamp": /);
    assert.match(other.stderr, /the image is for esp32, lamp-1\.0\.0 is for esp32c3/);
    // The SDK's build of the same product, stamped on the way.
    const raw = stamped(built, "xs_esp32", "1.1.0");
    assert.equal((await publish(raw)).code, 1);
    const { stdout } = await publish(raw, "--stamp");
    assert.match(stdout, /^lamp-1\.1\.0 is published: .* project lamp\n$/);
  });

  it("takes a project that an earlier release has, whatever the content is called", async () => {
    const image = stamped(built, "fan", "1.0.0");
    assert.equal((await publish(image)).code, 1);
    assert.equal((await publish(image, "--force")).code, 0);
    assert.equal((await publish(stamped(built, "fan", "1.0.1"))).stderr, "");
  });

  it("takes the devices' own partition table for the size of a slot", async () => {
    const table = join(shell.folder, "large.csv");
    const rows = ["nvs,data,nvs,,0x6000", "otadata,data,ota,,0x2000", "ota_0,app,ota_0,,3M"];
    writeFileSync(table, `${[...rows, "ota_1,app,ota_1,,3M"].join("\n")}\n`);
    const image = makeFirmware({ name: "lamp", version: "1.1.0", modules, byteLength: 0x200000 });
    const { code, stderr } = await publish(image, "--partitions", table);
    assert.equal(code, 0, stderr);
  });

  it("names the way out when another image has the version", async () => {
    await publish(simulated("1.1.0"));
    const image = makeFirmware({
      name: "lamp",
      version: "1.1.0",
      modules,
      seed: 2,
      byteLength: 131072,
    });
    const { code, stderr } = await publish(image);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^provision: "lamp-1\.1\.0" is there already with another image, of 20\d\d-/,
    );
    const remedy = `provision content delete ${model} lamp-1.1.0`;
    assert.ok(stderr.endsWith(`${remedy}\n`), stderr);
    await shell.provision(remedy.slice("provision ".length));
    assert.equal((await publish(image)).code, 0);
    const hidden = await publish(image, "--protected");
    assert.match(hidden.stderr, /"lamp-1\.1\.0" is there already, not protected; /);
  });

  it("publishes what it has looked at, though the file changes before it is sent", async () => {
    const image = simulated("1.1.0");
    const path = join(shell.folder, "changing.bin");
    writeFileSync(path, image);
    // Between the program and the service: it changes the file when the content is made.
    const between = createServer((request, response) => {
      if (request.method === "POST") writeFileSync(path, "changed");
      const { port } = shell.service;
      const { url: asked = "/", method, headers } = request;
      const onward = forward({ port, path: asked, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    between.listen(0, "127.0.0.1");
    await once(between, "listening");
    const { port } = between.address() as AddressInfo;
    const environment = {
      PROVISION_SERVER: `http://127.0.0.1:${port}`,
      PROVISION_TOKEN: shell.acme.token,
    };
    const words = ["content", "publish", model, "changing.bin", "--name", "lamp"];
    const { code, stderr } = await shell.run(words, { environment });
    between.close();
    assert.equal(code, 0, stderr);
    assert.equal(readFileSync(path, "utf8"), "changed");
    await shell.provision(`content download ${model} lamp-1.1.0 copy-of-it.bin`);
    assert.deepEqual(readFileSync(join(shell.folder, "copy-of-it.bin")), Buffer.from(image));
  });

  it("says what is wrong with the file's place, not with the system call", async () => {
    mkdirSync(join(shell.folder, "folder"), { recursive: true });
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    for (const [file, message] of [
      ["gone.bin", "gone.bin is not there"],
      ["folder", "folder is a folder: name a file"],
    ] as const) {
      const words = ["content", "publish", model, file, "--release", "1.0.0"];
      const { stderr } = await shell.run(words, { environment });
      assert.equal(stderr, `provision: ${message}\n`);
    }
  });
});
