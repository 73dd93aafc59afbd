// What a vendor does from the command line, against the real service.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFirmware } from "../../src/simulator/firmware/firmware.js";
import { Shell } from "./shell.js";

interface Piped {
  readonly error: Error | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the vendor's commands", function () {
  this.timeout(60_000);
  let shell: Shell;

  before(async () => {
    shell = await Shell.open();
  });
  after(() => shell.close());

  it("model: make, list, show, change, delete", async () => {
    const { rid } = shell.acme;
    await shell.provision(`model create fan --rid ${rid} --option noaliases nocomments`);
    assert.deepEqual(await shell.json("model list"), [{ model: "fan" }]);
    assert.equal(await shell.provision("model list"), "model\nfan\n");
    await shell.provision("model update fan");
    assert.deepEqual(await shell.json("model info fan"), { model: "fan", rid, options: [] });
    await shell.provision("model delete fan");
    assert.equal(await shell.provision("model list"), "none\n");
    assert.deepEqual(await shell.json("model list --shared"), []);
  });

  it("serial, range, log: from the list to the activated device", async () => {
    const { rid } = shell.acme;
    await shell.provision(`model create lamp --rid ${rid}`);
    await shell.provision("serial add lamp 1 --extra green");
    await shell.provision("serial add lamp 2 3");
    await shell.provision("serial remove lamp 3 4 --yes");
    const enabled = (await shell.json(`serial enable lamp 1 --owner ${rid}`)) as { rid: string };
    const body = new URLSearchParams({ vendor: "acme", model: "lamp", sn: "1" });
    await fetch(`${shell.server}/provision/activate`, { method: "POST", body });
    assert.equal(
      await shell.provision("serial list lamp"),
      [
        `serial  status     rid${" ".repeat(39)}extra`,
        `1       activated  ${enabled.rid}  green`,
        "2",
        "",
      ].join("\n"),
    );
    assert.match(
      await shell.provision("log lamp 1"),
      /^timestamp {13}address {4}entry\n\d{4}-\d\d-\d\dT[\d:]{8}Z {2}127\.0\.0\.1 {2}vendor=acme&/,
    );
    await shell.provision("serial disable lamp 1");
    await shell.provision("serial regenerate lamp 1");
    await shell.provision("serial remap lamp 2 1");
    assert.deepEqual(await shell.json("serial info lamp 1"), {
      model: "lamp",
      serial: "1",
      status: "",
    });
    await shell.provision("range add lamp 0A:00:00:00:00:00 0A:00:00:00:00:0F");
    await shell.provision("range remove lamp 0A:00:00:00:00:00 0A:00:00:00:00:03 --format mac:48");
    assert.deepEqual(await shell.json("range list lamp"), [
      {
        format: "mac:48",
        length: null,
        casing: "upper",
        first: 0x0a0000000004,
        last: 0x0a000000000f,
      },
    ]);
    assert.match(
      await shell.provision("range list lamp"),
      /0A:00:00:00:00:04 {2}0A:00:00:00:00:0F/,
    );
  });

  it("content, group: a release for the serials of a group", async () => {
    await shell.provision(`model create bulb --rid ${shell.acme.rid}`);
    await shell.provision("serial add bulb 1 2");
    const modules = { "main.js": "export {};\n" };
    const firmware = { name: "bulb", version: "1.0.0", modules, byteLength: 150_000 };
    const image = Buffer.from(makeFirmware(firmware));
    writeFileSync(join(shell.folder, "bulb.bin"), image);
    const publish = "content publish bulb bulb.bin --release 1.0.0 --protected";
    const first = (await shell.json(publish)) as { id: string; wasThere: boolean };
    assert.deepEqual([first.id, first.wasThere], ["bulb-1.0.0", false]);
    assert.equal(((await shell.json(publish)) as { wasThere: boolean }).wasThere, true);
    await shell.provision("group create bulb beta");
    await shell.provision("group add bulb beta bulb-1.0.0 --type content");
    await shell.provision("group add bulb beta 1 2 --type sn --expires 2040-01-01");
    await shell.provision("group remove bulb beta 2 --type sn");
    assert.deepEqual(await shell.json("group members bulb beta --type sn"), [
      { type: "sn", id: "1", expiresAtSeconds: 2_208_988_800, meta: "" },
    ]);
    assert.deepEqual(await shell.json("group info bulb beta"), {
      id: "beta",
      meta: "",
      memberCount: 2,
    });
    assert.deepEqual(await shell.json("content list bulb --sn 1"), [{ id: "bulb-1.0.0" }]);
    assert.deepEqual(await shell.json("content list bulb --sn 2"), []);
    assert.deepEqual(await shell.json("serial groups bulb 1"), [{ group: "beta" }]);
    await shell.provision("content download bulb bulb-1.0.0 copy.bin --sn 1");
    assert.deepEqual(readFileSync(join(shell.folder, "copy.bin")), image);
    assert.match(await shell.provision("content info bulb bulb-1.0.0"), /^size bytes +150000$/m);
    await shell.provision("group delete bulb beta");
    await shell.provision("content delete bulb bulb-1.0.0");
  });

  it("content: half a download is none", async () => {
    await shell.provision(`model create tube --rid ${shell.acme.rid}`);
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    const missing = ["content", "download", "tube", "tube-9.0.0", "none.bin"];
    assert.equal((await shell.run(missing, { environment })).code, 1);
    assert.ok(!readdirSync(shell.folder).some((name) => name.startsWith("none.bin")));
  });

  it("share: with a vendor, who then enables", async () => {
    const bolt = await shell.service.admin.createVendor("bolt");
    await shell.provision(`model create strip --rid ${shell.acme.rid}`);
    await shell.provision("serial add strip 1");
    await shell.provision("share create strip bolt");
    assert.deepEqual(await shell.json("share list strip"), [{ vendor: "bolt" }]);
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: bolt.token };
    const words = ["serial", "enable", "strip", "1", "--owner", shell.acme.rid, "--vendor", "acme"];
    assert.equal((await shell.run(words, { environment })).code, 0);
    await shell.provision("share delete strip bolt");
    assert.deepEqual(await shell.json("share info strip bolt"), {
      model: "strip",
      vendor: "bolt",
      shared: false,
    });
  });

  it("token: a secret is printed, or kept in a file, only if asked for", async () => {
    const made = await shell.provision("token create ci", "cik");
    assert.equal(made, "token ci: --show-secret prints it\n");
    const shown = (await shell.json("token info ci --show-secret", "cik")) as { token: string };
    assert.match(shown.token, /^[0-9a-f]{40}$/);
    assert.deepEqual(await shell.json("token info ci", "cik"), { id: "ci" });
    await shell.provision("token info ci --save ci.token", "cik");
    const file = join(shell.folder, "ci.token");
    assert.equal(readFileSync(file, "utf8"), `${shown.token}\n`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await shell.provision("token delete ci", "cik");
    assert.ok(!(await shell.provision("token list", "cik")).includes("ci\n"));
  });

  it("vendor: show the key's name", async () => {
    assert.deepEqual(await shell.json("vendor name"), { vendor: "acme" });
  });

  it("end in silence if nobody reads on", async () => {
    const path = fileURLToPath(import.meta.resolve("../../src/cli/terminal/output.js"));
    const items = `Array.from({ length: 200_000 }, (_, at) => ({ serial: "s" + at }))`;
    const script = `const { printList } = await import("${path}"); printList(false, ${items}, ["serial"])`;
    const line = `"$0" --input-type=module -e '${script}' | head -n 1; exit "\${PIPESTATUS[0]}"`;
    const { error, stdout, stderr } = await new Promise<Piped>((done) =>
      execFile("bash", ["-c", line, process.execPath], (failure, out, err) =>
        done({ error: failure, stdout: out, stderr: err }),
      ),
    );
    assert.deepEqual([error, stdout, stderr], [null, "serial\n", ""]);
  });

  const whole: readonly [line: string, code: number, output: RegExp][] = [
    ["--help", 0, /login .*model .*serial .*range .*content .*group .*share .*token .*log /s],
    ["vendor name --json", 0, /^{"vendor":"acme"}\n$/],
    ["model info never", 1, /^provision: cannot look up model "never": .*\n$/],
    ["model list --token 123", 2, /unknown option '--token'/],
  ];
  for (const [line, code, output] of whole) {
    it(`belong to the program as it is installed: "${line}", code ${code}`, async () => {
      const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
      const ended = await shell.run(line.split(" "), { environment });
      assert.equal(ended.code, code);
      assert.match(ended.stdout + ended.stderr, output);
    });
  }

  const mistakes: readonly [line: string, code: 1 | 2, words: RegExp][] = [
    ["model", 2, /Usage/],
    ["model create x", 2, /^error: no template/],
    ["model create x --rid 1 --code 2", 2, /cannot be used with/],
    ["model list --server ftp://x", 2, /expected http:/],
    ["model list --token 123", 2, /unknown option '--token'/],
    ["range add lamp 5 4", 2, /^error: expected a first serial before 4, got 5\n$/],
    ["range add lamp zz zz", 2, /^error: expected a base10 serial/],
    ["group add lamp g 1", 2, /--type/],
    ["content publish lamp x.bin --release one", 2, /semantic version/],
    ["model info never", 1, /^provision: .*the vendor has no such model \(404\)\n$/],
    ["model info ..", 1, /^provision: expected a model name/],
    ["serial info lamp a/b", 1, /^provision: expected a serial/],
    ["content upload lamp x nothing.bin", 1, /^provision: .*nothing\.bin/],
    ["model list --token-file gone.txt", 1, /^provision: gone\.txt is not there\n$/],
    ["token list", 1, /^provision: .*only the vendor's CIK/],
    ["model list --server http://127.0.0.1:9", 1, /^provision: .*does not answer.*\n$/],
  ];
  for (const [line, code, words] of mistakes) {
    it(`says in one line what is wrong with "${line}", code ${code}`, async () => {
      const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
      const ended = await shell.run(line.split(" "), { environment });
      assert.equal(ended.code, code);
      assert.match(ended.stderr, words);
      assert.ok(!ended.stderr.includes("    at "), ended.stderr);
      assert.equal(ended.stdout, "");
    });
  }
});
