// `provision serve`, `vendor create`, `owner create` and `watch`, as whoever runs a service uses them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ServiceProcess } from "../support/service-process.js";
import { Shell } from "./shell.js";

describe("running a service from the command line", function () {
  this.timeout(60_000);
  let shell: Shell;
  let dataDirectory: string;

  before(async () => {
    shell = await Shell.open();
    dataDirectory = join(shell.folder, "own");
  });
  after(() => shell.close());

  it("makes vendors and owners, whose secrets are printed once and kept sealed", async () => {
    const made = await shell.run(["vendor", "create", "bolt", "--data", "own", "--json"]);
    assert.equal(made.code, 0, made.stderr);
    const vendor = JSON.parse(made.stdout) as Record<string, string>;
    assert.deepEqual(Object.keys(vendor).sort(), ["cik", "rid", "token", "vendor"]);
    const owner = await shell.run(["owner", "create", "--data", "own", "--json"]);
    const { rid, cik, ...more } = JSON.parse(owner.stdout) as Record<string, string>;
    assert.match(`${rid} ${cik}`, /^[0-9a-f]{40} [0-9a-f]{40}$/);
    assert.deepEqual(more, {});
    const again = await shell.run(["vendor", "create", "bolt", "--data", "own"]);
    assert.equal(again.code, 1);
    assert.equal(again.stderr, 'provision: there is a vendor "bolt" already\n');
    assert.equal(statSync(join(dataDirectory, "provision.key")).mode & 0o777, 0o600);
    const file = readFileSync(join(dataDirectory, "provision.db"), "latin1");
    for (const secret of [vendor["cik"], vendor["token"], cik]) {
      assert.ok(secret !== undefined && !file.includes(secret));
    }
  });

  it("makes an owner that may own no more clients than it is told", async () => {
    const { rid: template } = shell.acme;
    await shell.provision(`model create quota --rid ${template}`);
    await shell.provision("serial add quota 1 2");
    const words = ["owner", "create", "--data", "data", "--vendor", "acme", "--clients", "1"];
    const owner = await shell.run([...words, "--json"]);
    const { rid } = JSON.parse(owner.stdout) as { rid: string };
    await shell.provision(`serial enable quota 1 --owner ${rid}`);
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    const more = ["serial", "enable", "quota", "2", "--owner", rid];
    const refused = await shell.run(more, { environment });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^provision: .*its owner may have no more \(409\)\n$/);
    assert.equal((await shell.run([...words.slice(0, -1), "-1"])).code, 2);
  });

  it("goes on when neither stderr nor the access log can be written", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const program = join(process.cwd(), "build/src/cli/main.js");
    const place = ["--data", join(shell.folder, "broken"), "--port", "0"];
    const words = ["serve", ...place, "--access-log", "/dev/full", "--json"];
    const child = spawn(process.execPath, [program, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = once(child, "exit");
    child.stderr.destroy();
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = (await lines.next()) as { value: string };
    const { url } = JSON.parse(value) as { url: string };
    child.stdout.destroy();
    for (let count = 0; count < 20; count++) {
      const reply = await fetch(`${url}/timestamp`);
      assert.equal(reply.status, 200);
      await reply.text();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGTERM");
    assert.deepEqual(await exited, [0, null]);
  });

  it("says what is wrong in one line, whatever characters it is about", async () => {
    const made = await shell.run(["vendor", "create", "a\n\u001b[2Jb", "--data", "own"]);
    assert.equal(made.code, 1);
    assert.match(made.stderr, /^provision: [ -~]+\n$/);
  });

  it("logs accesses, into a new file after a hang-up", async () => {
    const path = join(shell.folder, "access.log");
    const more = ["--access-log", path];
    const service = await ServiceProcess.start({ dataDirectory, more });
    const url = `http://127.0.0.1:${service.port}`;
    assert.equal(await (await fetch(`${url}/healthz`)).text(), "ok");
    renameSync(path, `${path}.1`);
    service.signal("SIGHUP");
    for (let tries = 0; tries < 100; tries++) {
      await (await fetch(`${url}/timestamp`)).text();
      if (readFileSync(path, { encoding: "utf8", flag: "a+" }) !== "") break;
    }
    await service.stop();
    assert.match(readFileSync(`${path}.1`, "utf8"), /^127\.0\.0\.1 - - \[.*"GET \/healthz /);
    assert.match(readFileSync(path, "utf8"), /"GET \/timestamp HTTP\/1\.1" 200 10 /);
  });

  for (const [what, words, message] of [
    ["a port that is none", ["--port", "70000"], /expected a port from 0 to 65535/],
    ["no folder", [], /required option '--data <dir>' not specified/],
    ["an address that is none", ["--data", "own", "--advertise", "x"], /expected an IPv4 address/],
    ["a window of no seconds", ["--data", "own", "--activation-window", "0"], /expected a whole/],
  ] as const) {
    it(`is misused with ${what}`, async () => {
      const { code, stdout, stderr } = await shell.run(["serve", ...words]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, message);
    });
  }

  for (const [what, words, message] of [
    ["a folder that cannot be made", ["--data", "/proc/none/own"], /^provision: cannot .*\n$/],
    ["a folder that is a file", ["--data", "access.log.1"], /^provision: cannot .*access\.log\.1/],
    [
      "a database that is none",
      ["--data", "own", "--database", "mysql://u:hidden@h/x"],
      /provision: expected a URL postgres:\/\/user@host:port\/database\n$/,
    ],
    [
      "a database that is not there",
      ["--data", "own", "--database", "postgres://u@127.0.0.1:1/x"],
      /^provision: the database cannot be brought up to date: .*ECONNREFUSED/,
    ],
    ["an address of another machine", ["--data", "own", "--host", "192.0.2.1"], /cannot listen/],
  ] as const) {
    it(`says in one line what is wrong with ${what}`, async () => {
      const { code, stderr } = await shell.run(["serve", "--port", "0", ...words]);
      assert.equal(code, 1);
      assert.match(stderr, message);
      const lines = stderr.split("\n").filter((line) => !line.includes("warning"));
      assert.equal(lines.length, 2, stderr);
      assert.ok(!stderr.includes("hidden"));
    });
  }

  it("warns of a password that the list of processes shows", async () => {
    const database = "postgres://u:hidden@127.0.0.1:1/x";
    const shown = await shell.run(["serve", "--data", "own", "--database", database]);
    assert.match(shown.stderr, /warning: the password in --database shows .* PROVISION_DATABASE/);
    const environment = { PROVISION_DATABASE: database };
    const kept = await shell.run(["serve", "--data", "own"], { environment });
    assert.doesNotMatch(kept.stderr, /warning/);
  });

  it("watch tells of serials and contents as they change", async () => {
    await shell.provision(`model create lamp --rid ${shell.acme.rid}`);
    await shell.provision("serial add lamp 1 2");
    const program = join(process.cwd(), "build/src/cli/main.js");
    const words = ["watch", "lamp", "--interval", "0.05", "--json", "--server", shell.server];
    const child = spawn(process.execPath, [program, ...words], {
      env: { PATH: process.env["PATH"], HOME: shell.folder, PROVISION_TOKEN: shell.acme.token },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<Record<string, unknown>> => {
      const { value } = (await lines.next()) as { value: string };
      return JSON.parse(value) as Record<string, unknown>;
    };
    const { at, ...state } = await next();
    assert.match(String(at), /^\d{4}-\d\d-\d\dT[\d:]{8}Z$/);
    assert.deepEqual(state, { kind: "state", model: "lamp", serials: { unused: 2 }, contents: 0 });
    await shell.provision(`serial enable lamp 2 --owner ${shell.acme.rid}`);
    const { serial, from, to } = await next();
    assert.deepEqual([serial, from, to], ["2", "", "notactivated"]);
    child.kill();
    await once(child, "exit");
  });

  it("watch ends after so many looks, and says at once that there is no such model", async () => {
    await shell.provision(`model create fan --rid ${shell.acme.rid}`);
    const told = await shell.provision("watch fan --looks 2 --interval 0.01");
    assert.match(told, /^\S+ {2}fan {2}no serials; contents: 0\n$/);
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    const { code, stderr } = await shell.run(["watch", "none"], { environment });
    assert.equal(code, 1);
    assert.match(stderr, /^provision: cannot list serials of model "none": .*\n$/);
  });
});
