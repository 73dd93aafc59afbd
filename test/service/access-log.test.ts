import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AccessLog, accessLine } from "../../src/service/access-log.js";
import { accessLogBytesMax } from "../../src/service/limits.js";
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

  it("goes on by itself, without a torn line, when its disk has room again", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const path = join(directory, "access.log");
    symlinkSync("/dev/full", path);
    const errors: string[] = [];
    const log = new AccessLog(path, ({ message }) => errors.push(message));
    for (let count = 0; count < 50; count++) log.write(record);
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (let count = 0; count < 50; count++) log.write(record);
    rmSync(path);
    for (let tries = 0; !existsSync(path) && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    log.write(record);
    await log.close();
    const lines = readFileSync(path, "latin1").split("\n");
    assert.equal(lines.pop(), "");
    assert.equal(lines.length, 101);
    for (const line of lines) assert.match(line, /^127\.0\.0\.1 .* 409 23 1\.3 64 not-enabled$/);
    assert.match(errors.join("\n"), /^ENOSPC[^\n]*$/);
  });

  it("keeps a bounded number of lines for a disk that takes none, and counts the others", async () => {
    const folder = join(directory, "later");
    const errors: string[] = [];
    const log = new AccessLog(join(folder, "access.log"), ({ message }) => errors.push(message));
    const lineBytes = accessLine(record, at).length;
    const kept = Math.floor(accessLogBytesMax / lineBytes);
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (let count = 0; count < kept + 10; count++) log.write(record);
    mkdirSync(folder);
    for (let tries = 0; errors.length < 2 && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await log.close();
    assert.match(errors[0] ?? "", /ENOENT/);
    assert.match(errors[1] ?? "", /lines lost: 10$/);
    assert.equal(readFileSync(join(folder, "access.log"), "latin1").length, kept * lineBytes);
  });

  it("closes while its disk takes nothing", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const log = new AccessLog("/dev/full", () => {
      throw new Error("nobody listens");
    });
    log.write(record);
    await log.close();
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
