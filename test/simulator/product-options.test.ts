// A product's options are what its tests test: the simulation changes those that it was asked to.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulate } from "../../src/simulator/index.js";

describe("a product's own options on the simulated chip", function () {
  this.timeout(120_000);
  let folder: string;
  let program: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "product-options-"));
    program = join(folder, "main.js");
    writeFileSync(
      program,
      `import { openPlatform, startAgent } from "provision-agent/device";
       startAgent(openPlatform(), { chunkBytes: 1024, pipelineDepth: 1 });`,
    );
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const size = 131_072;

  it("hold where the simulation says nothing", async () => {
    const { facts, problem } = await simulate({ program, size, cuts: 0 });
    assert.equal(problem, undefined);
    assert.ok(facts.requests >= size / 1024, `${facts.requests} requests`);
  });

  it("give way to what the simulation asks for", async () => {
    const { facts, problem } = await simulate({ program, size, cuts: 0, chunk: 8192 });
    assert.equal(problem, undefined);
    assert.ok(facts.requests < size / 4096, `${facts.requests} requests`);
  });
});
