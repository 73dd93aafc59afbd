import assert from "node:assert/strict";
import { readFileSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AccessLog, accessLine } from "../../src/service/access-log.js";
import type { ReplyRecord } from "../../src/service/responder.js";
import { ask, startRig, stopRig, temporaryDirectory } from "./harness.js";
import { VendorClient } from "./vendor-client.js";

const at = new Date(Date.UTC(2026, 10, 5, 4, 3, 2));

const record: ReplyRecord = {
  procedure: 64,
  method: "POST",
  target: "/provision/activate",
  address: "127.0.0.1",
  status: 409,
  code: "not-enabled",
  bodyBytesSent: 23,
  durationMs: 1.25,
};

describe("the access log", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("writes a reply as a line of the Common Log Format, and three columns more", () => {
    assert.equal(
      accessLine(record, at),
      '127.0.0.1 - - [05/Nov/2026:04:03:02 +0000] "POST /provision/activate HTTP/1.1" 409 23 1.3 64 not-enabled\n',
    );
  });

  it("says - for what there is not", () => {
    const bare = { ...record, procedure: undefined, code: undefined, address: "" };
    assert.match(accessLine(bare, at), /^- - - \[[^\]]+\] "[^"]+" 409 23 1\.3 - -\n$/);
  });

  it("lets no target end its column or its line", () => {
    const line = accessLine({ ...record, target: '/a"b\\c\u001b[2J\u00e9' }, at);
    assert.match(line, /"POST \/a\\x22b\\x5cc\\x1b\[2J\\xe9 HTTP\/1\.1"/);
  });

  it("goes on in a new file after the old one was moved away", async () => {
    const path = join(directory, "access.log");
    const log = new AccessLog(path, (error) => {
      throw error;
    });
    log.write(record);
    await new Promise((resolve) => setTimeout(resolve, 20));
    renameSync(path, `${path}.1`);
    log.write({ ...record, status: 200 });
    log.reopen();
    log.write({ ...record, status: 404 });
    await log.close();
    assert.match(readFileSync(`${path}.1`, "latin1"), /" 409 [^]*" 200 /);
    assert.match(readFileSync(path, "latin1"), /^[^\n]*" 404 [^\n]*\n$/);
  });

  it("tells of a file that cannot be written, and goes on", async () => {
    const errors: Error[] = [];
    const log = new AccessLog(join(directory, "none", "access.log"), (error) => errors.push(error));
    log.write(record);
    await log.close();
    assert.match(errors[0]?.message ?? "", /ENOENT/);
  });

  it("holds no key of any request", async () => {
    const lines: string[] = [];
    const rig = await startRig({ onReply: (reply) => lines.push(accessLine(reply, at)) });
    const acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    const cik = await acme.addDevice("m", "1");
    const headers = [`X-Exosite-CIK: ${cik}`];
    const { port } = rig.service;
    await ask(port, { method: "GET", target: "/provision/download?vendor=acme&model=m", headers });
    const form = "alias=a&starttime=0&endtime=1&limit=1&access=data&expire=2000000000";
    const target = "/jsonp/register";
    const view = (await ask(port, { method: "POST", target, headers, body: form })).body;
    for (const key of ["token", "%74oken", "token[]", "Token%5B%5d"]) {
      await ask(port, { method: "GET", target: `/jsonp?${key}=${view}&callback=c&show=data` });
    }
    const escaped = Buffer.from(view, "latin1").toString("hex").replace(/../g, "%$&");
    await ask(port, { method: "GET", target: `/jsonp?token=${escaped}&callback=c&show=data` });
    await ask(port, { method: "GET", target: `/provision/download/${cik}?key=${cik}` });
    await stopRig(rig);
    const text = lines.join("");
    assert.match(text, /jsonp\?token=\.\.\.&callback=c/);
    assert.match(text, /jsonp\?%74oken=\.\.\.&callback=c/);
    for (const secret of [cik, view, escaped, acme.credentials.cik, acme.credentials.token]) {
      assert.ok(!text.includes(secret));
    }
  });
});
