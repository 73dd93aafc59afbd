import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { freshManifests } from "../../../tools/manifest/manifests.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");

describe("this project's manifests", () => {
  it("list what is imported (npm run manifest writes them)", () => {
    const stale = freshManifests(root).filter(({ complaints }) => complaints.length > 0);
    assert.deepEqual(
      stale.map(({ file, complaints }) => ({ file, complaints })),
      [],
    );
  });
});
