// Many serials with one command: what is done, what was done before, what is asked first.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Shell, type Ended } from "./shell.js";

describe("many serials at once", function () {
  this.timeout(120_000);
  let shell: Shell;
  let owner: string;

  before(async () => {
    shell = await Shell.open();
    owner = shell.acme.rid;
    for (const model of ["lamp", "fan", "bulb"]) {
      await shell.provision(`model create ${model} --rid ${owner}`);
    }
    const rows = Array.from({ length: 300 }, (_, at) => `${String(at + 1).padStart(4, "0")}\n`);
    writeFileSync(join(shell.folder, "serials.csv"), rows.join(""));
    for (const model of ["lamp", "fan"])
      await shell.provision(`serial import ${model} serials.csv`);
  });
  after(() => shell.close());

  function run(line: string): Promise<Ended> {
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    return shell.run(line.split(" "), { environment });
  }

  async function statuses(model: string): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const listed = (await shell.json(`serial list ${model}`)) as { status: string }[];
    for (const { status } of listed) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }

  it("enables ranges, files and all, and counts those that were enabled before", async () => {
    const range = await run(`serial enable lamp --range 0001..0100 --owner ${owner}`);
    assert.equal(range.stdout, "lamp: 100 serials enabled\n", range.stderr);
    const file = await run(`serial enable lamp --file serials.csv --owner ${owner}`);
    assert.equal(file.stdout, "lamp: 200 serials enabled, 100 were before\n", file.stderr);
    assert.deepEqual(await statuses("lamp"), new Map([["notactivated", 300]]));
    const all = await run(`serial enable fan --all --owner ${owner} --json`);
    assert.deepEqual(JSON.parse(all.stdout), {
      model: "fan",
      enabled: 300,
      already: 0,
      failed: [],
    });
    assert.equal((await run(`serial enable fan --all --owner ${owner}`)).code, 0);
  });

  it("does what it can, names what failed, and ends with code 1", async () => {
    const { code, stdout } = await run(`serial enable lamp 0001 none never --owner ${owner}`);
    assert.equal(code, 1);
    assert.match(stdout, /^lamp: 0 serials enabled, 1 were before\n {2}cannot enable serial "no/);
    assert.match(stdout, /\n2 serials failed\n$/);
  });

  it("says that a single serial is enabled already", async () => {
    const { code, stderr } = await run(`serial enable lamp 0001 --owner ${owner}`);
    assert.equal(code, 1);
    const remedy = "serial regenerate lets it activate again";
    assert.equal(stderr, `provision: 0001 is enabled already: ${remedy}\n`);
  });

  for (const [line, what] of [
    ["serial disable lamp --range 0001..0200", "disable 200 serials of lamp"],
    ["serial regenerate lamp --all", "regenerate 300 serials of lamp"],
    ["serial remove lamp --all", "remove 300 serials of lamp, and their devices"],
    ["serial delete lamp 0001 0002", "remove 2 serials of lamp, and their devices"],
    ["model delete lamp", "delete model lamp with 300 serials and 0 contents"],
  ] as const) {
    it(`does not ${what} unless that is confirmed`, async () => {
      const { code, stderr } = await run(line);
      assert.equal(code, 2);
      assert.equal(stderr, `error: this would ${what}: use --yes if that is meant\n`);
      assert.deepEqual(await statuses("lamp"), new Map([["notactivated", 300]]));
    });
  }

  it("disables, regenerates and removes many when it is confirmed", async () => {
    const disabled = await run("serial disable fan --range 0001..0200 --yes");
    assert.equal(disabled.stdout, "fan: 200 serials disabled\n", disabled.stderr);
    assert.deepEqual((await statuses("fan")).get("expired"), 200);
    const again = await run("serial regenerate fan --range 0001..0050 --yes");
    assert.equal(again.stdout, "fan: 50 serials regenerated\n");
    const removed = await run("serial remove fan --range 0001..0299 --yes");
    assert.equal(removed.stdout, "removed from fan: 299 serials\n");
    assert.deepEqual(await statuses("fan"), new Map([["notactivated", 1]]));
    assert.equal((await run("model delete fan --yes")).stdout, "model fan is deleted\n");
  });

  it("puts files and ranges into groups", async () => {
    await shell.provision("group create lamp ring");
    const added = await run("group add lamp ring --type sn --range 0001..0250");
    assert.equal(added.stdout, "ring has 250 serials\n", added.stderr);
    await run("group remove lamp ring --type sn --range 0001..0240");
    const members = (await shell.json("group members lamp ring --type sn")) as unknown[];
    assert.equal(members.length, 10);
    const wrong = await run("group add lamp ring --type content --all");
    assert.equal(wrong.code, 2);
  });

  it("waits for an activation, and says why there is none", async () => {
    const early = await run("serial wait lamp 0007 --timeout 1");
    assert.equal(early.code, 1);
    const why = "it is enabled, and its device has not asked";
    assert.equal(early.stderr, `provision: 0007 has not activated in 1 s: ${why}\n`);
    const waiting = run("serial wait lamp 0007 --timeout 30 --json");
    const body = new URLSearchParams({ vendor: "acme", model: "lamp", sn: "0007" });
    await fetch(`${shell.server}/provision/activate`, { method: "POST", body });
    const { code, stdout } = await waiting;
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { model: "lamp", serial: "0007", status: "activated" });
  });

  it("makes, registers and enables a batch with one command", async () => {
    const line = `factory batch serials.csv --model bulb --out b1 --enable --owner ${owner}`;
    const { code, stdout, stderr } = await run(line);
    assert.equal(code, 0, stderr);
    const end = "0 issued before; 300 serials registered with bulb, 300 enabled\n";
    assert.equal(stdout, `b1: 300 images made, ${end}`);
    assert.deepEqual(await statuses("bulb"), new Map([["notactivated", 300]]));
    assert.match((await run(line)).stdout, /, 0 enabled\n$/);
    assert.equal((await run(line.replace(/ --owner .*/, ""))).code, 2);
  });

  for (const [line, message] of [
    ["serial enable lamp --owner x", /say which serials: name them, or use one of --file, --range/],
    ["serial enable lamp 1 --all --owner x", /say which serials/],
    ["serial enable lamp --range 0001 --owner x", /expected the first and the last serial as 0001/],
    ["serial enable lamp --range 0009..0001 --owner x", /expected a first serial before 0001/],
    ["serial enable lamp --range 1..90000000 --owner x", /more than 10000000 serials/],
    ["serial wait lamp 1 --timeout 0", /expected a whole number of seconds/],
  ] as const) {
    it(`is misused as "${line}"`, async () => {
      const { code, stderr } = await run(line);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});
