import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environmentVariables } from "../../../src/cli/terminal/environment.js";
import { makeReference, type Reference } from "../../../tools/reference/pages.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");

describe("the reference", function () {
  this.timeout(60_000);
  let reference: Reference;

  before(async () => {
    reference = await makeReference(root);
  });

  it("is as the sources have it (npm run reference writes it)", () => {
    const stale = reference.pages.filter(({ isStale }) => isStale).map(({ file }) => file);
    assert.deepEqual(stale, []);
  });

  it("has a sentence for each export and each of its members, and exports the types they name", () => {
    assert.deepEqual(reference.complaints, []);
  });

  it("knows every environment variable that a source reads", () => {
    const read = new Set<string>();
    for (const folder of ["src", "hosts"]) {
      for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
        if (!entry.endsWith(".ts")) continue;
        const text = readFileSync(join(root, folder, entry), "utf8");
        for (const [, name = ""] of text.matchAll(/\benv(?:ironment)?\["([A-Z_]+)"\]/g)) {
          read.add(name);
        }
      }
    }
    const known = Object.keys(environmentVariables);
    assert.ok(read.size > 0);
    assert.deepEqual(
      [...read].filter((name) => !known.includes(name)),
      [],
    );
  });
});
