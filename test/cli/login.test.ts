// Where commands find their service and their key, and that they keep it to themselves.

import assert from "node:assert/strict";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Shell } from "./shell.js";

describe("provision login", function () {
  this.timeout(60_000);
  let shell: Shell;
  let kept: string;

  before(async () => {
    shell = await Shell.open();
    kept = join(shell.folder, ".config/provision/config.json");
  });
  after(() => shell.close());

  it("keeps service and key in a file of mode 600, and shows no key", async () => {
    const ended = await shell.run(["login", "--server", `${shell.server}/`], {
      stdin: `${shell.acme.token}\n`,
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stdout, `${shell.server} as acme, kept in ${kept}\n`);
    assert.ok(!(ended.stdout + ended.stderr).includes(shell.acme.token));
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(readFileSync(kept, "utf8")), {
      server: shell.server,
      token: shell.acme.token,
    });
    const { code, stdout } = await shell.run(["vendor", "name", "--json"]);
    assert.deepEqual([code, JSON.parse(stdout)], [0, { vendor: "acme" }]);
  });

  it("keeps nothing of a key that the service does not know", async () => {
    const environment = { XDG_CONFIG_HOME: join(shell.folder, "other") };
    const words = ["login", "--server", shell.server, "--cik-file", "-"];
    const ended = await shell.run(words, { environment, stdin: "0".repeat(40) });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^provision: .*does not know the key \(401\)\n$/);
    assert.throws(() => statSync(join(shell.folder, "other")));
  });

  it("gives the kept key to no other service", async () => {
    const ended = await shell.run(["model", "list", "--server", "http://127.0.0.1:9"]);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /^error: no key for http:\/\/127\.0\.0\.1:9: use --token-file/);
  });

  it("comes after the environment, which comes after options", async () => {
    const bolt = await shell.service.admin.createVendor("bolt");
    const fuse = await shell.service.admin.createVendor("fuse");
    const environment = { PROVISION_TOKEN: bolt.token };
    const byEnvironment = await shell.run(["vendor", "name", "--json"], { environment });
    assert.deepEqual(JSON.parse(byEnvironment.stdout), { vendor: "bolt" });
    const words = ["vendor", "name", "--json", "--cik-file", "-"];
    const byOption = await shell.run(words, { environment, stdin: fuse.cik });
    assert.deepEqual(JSON.parse(byOption.stdout), { vendor: "fuse" });
  });

  it("is refused if others may read it, or it is damaged", async () => {
    chmodSync(kept, 0o640);
    const open = await shell.run(["model", "list"]);
    assert.equal(open.code, 1);
    assert.match(open.stderr, /^provision: .*others may open it: chmod 600/);
    chmodSync(kept, 0o600);
    writeFileSync(kept, "{");
    const damaged = await shell.run(["model", "list"]);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /^provision: .*is damaged: run `provision login` again\n$/);
  });

  it("says what is missing, code 2", async () => {
    const environment = { XDG_CONFIG_HOME: join(shell.folder, "empty") };
    const ended = await shell.run(["model", "list"], { environment });
    assert.equal(ended.code, 2);
    assert.equal(ended.stderr, "error: no service: use --server or `provision login`\n");
  });
});
