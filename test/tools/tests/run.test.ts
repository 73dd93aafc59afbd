// The runner of the tests: each file is in one tier, a failure and a crash are counted and shown,
// and the fast tier is held to its promise.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { planJobs, type Job } from "../../../tools/tests/job.js";
import { closingLine, runJob } from "../../../tools/tests/run.js";
import { testFiles, tierOf, tiers } from "../../../tools/tests/tier.js";

describe("the tiers of the tests", () => {
  it("give every test file one place", () => {
    const files = tiers.flatMap(({ name }) => testFiles(resolve("test"), name));
    assert.equal(new Set(files).size, files.length);
    assert.ok(files.includes("tools/tests/run.test"));
  });

  it("let the longest place decide", () => {
    assert.equal(tierOf("agent/update/choice.test.js"), "fast");
    assert.equal(tierOf("service/http/page.test.js"), "service");
    assert.equal(tierOf("hosts/xs/engine-tcp.test.js"), "engine");
    assert.equal(tierOf("hosts/esp32/tcp.test.js"), "fast");
  });

  it("are cut into jobs that hold each file once", () => {
    const names = tiers.map(({ name }) => name);
    const files = planJobs(resolve("test"), names).flatMap((job) => job.files);
    assert.deepEqual(
      files.sort(),
      names.flatMap((name) => testFiles(resolve("test"), name)).sort(),
    );
  });
});

describe("a job of the tests", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tests-runner-"));
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function job(name: string, text: string, tier: Job["tier"] = "package"): Job {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.js`), text);
    return { tier, title: name, files: [name] };
  }

  it("counts what passes, fails and is skipped, and shows the failure", async () => {
    const text = `it("a", () => {}); it.skip("b", () => {}); it("c", () => { throw new Error("no"); });`;
    const { counts, output } = await runJob(job("mixed", text), folder);
    assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 1 });
    assert.match(output, /Error: no/);
    assert.equal(closingLine([{ counts }]), "1 passed, 1 failed, 1 skipped");
  });

  it("passes on what its tests print", async () => {
    const end = await runJob(job("says", `it("a", () => console.log("seed 7"));`), folder);
    assert.match(end.output, /seed 7/);
    assert.equal(closingLine([end, end]), "2 passed, 0 failed");
  });

  it("counts a process that dies as a failure", async () => {
    const { counts, output } = await runJob(job("dies", `process.exit(3);`), folder);
    assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
    assert.match(output, /the process ended with code 3/);
  });

  it("counts a file that cannot be loaded as a failure", async () => {
    const { counts, output } = await runJob(job("broken", `import "./not-there.js";`), folder);
    assert.equal(counts.failed, 1);
    assert.match(output, /not-there/);
  });

  const waiting = {
    process: `import { spawn } from "node:child_process"; it("a", () => spawn("true"));`,
    port: `import { createServer } from "node:net"; it("a", () => createServer().listen(0));`,
    connection: `import { connect } from "node:net"; it("a", () => connect(9, "127.0.0.1"));`,
  };
  for (const [what, text] of Object.entries(waiting)) {
    it(`fails in the fast tier when it asks for a ${what}`, async () => {
      const { counts, output } = await runJob(job(what, text, "fast"), folder);
      assert.equal(counts.failed, 1);
      assert.match(output, /a test of the fast tier may not/);
    });
  }
});
