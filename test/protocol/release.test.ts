// Releases: info rows as the service and its predecessors write them, and `meta` there and back.

import assert from "node:assert/strict";
import {
  formatMeta,
  parseInfoRow,
  type ReleaseIdentity,
  sameRelease,
} from "../../src/protocol/release.js";

const sha256 = "0123456789abcdef".repeat(4);
const meta = `version=1.1.0&sha256=${sha256}`;
const type = "application/octet-stream";
const release: ReleaseIdentity = {
  id: "fw-1.1.0",
  sizeBytes: 1048576,
  timestampSeconds: 1416147370,
  version: "1.1.0",
  sha256,
};

function parse(...fields: string[]): ReturnType<typeof parseInfoRow> {
  return parseInfoRow("fw-1.1.0", fields);
}

describe("parseInfoRow", () => {
  it("reads a release", () => {
    assert.deepEqual(parse(type, "1048576", "1416147370", meta), { release });
    const upperCase = `sha256=${sha256.toUpperCase()}&version=1.1.0&note=a+b`;
    assert.deepEqual(parse(type, "1048576", "1416147370", upperCase), { release });
  });

  it("reads a content of which nobody told more than it must", () => {
    for (const other of ["", "Firmware 1.1 = the good one", "versions=1&a", "%"]) {
      assert.deepEqual(parse(type, "0", "1416147370", other), {
        release: { id: "fw-1.1.0", sizeBytes: 0, timestampSeconds: 1416147370 },
      });
    }
  });

  it("names the first problem", () => {
    assert.deepEqual(parse(), { problem: "column-count" });
    assert.deepEqual(parse(type, "1", "2"), { problem: "column-count" });
    assert.deepEqual(parse(type, "1", "2", meta, "false"), { problem: "column-count" });
    for (const size of ["", "-1", "1.5", "1e3", "many", "9007199254740992"]) {
      assert.deepEqual(parse(type, size, "2", meta), { problem: "size" }, size);
    }
    for (const timestamp of ["", "-1", "1416147370.5", "Sun, 22 Nov 2026 05:40:00 GMT"]) {
      assert.deepEqual(parse(type, "1", timestamp, meta), { problem: "timestamp" }, timestamp);
    }
    for (const version of ["", "1.1", "latest", "1.1.0%00"]) {
      const bad = `version=${version}&sha256=${sha256}`;
      assert.deepEqual(parse(type, "1", "2", bad), { problem: "version" }, version);
    }
    for (const digest of ["", sha256.slice(1), `${sha256}00`, `${sha256.slice(1)}g`]) {
      const bad = `version=1.1.0&sha256=${digest}`;
      assert.deepEqual(parse(type, "1", "2", bad), { problem: "sha256" }, digest);
    }
  });
});

describe("formatMeta", () => {
  it("writes what a device reads, without commas", () => {
    assert.equal(formatMeta({ version: "1.1.0", sha256 }), meta);
    assert.equal(formatMeta({}), "");
    const withBuild = formatMeta({ version: "1.1.0-rc.1+build.5", sha256 });
    assert.ok(!withBuild.includes(","));
    assert.deepEqual(parse(type, "1048576", "1416147370", withBuild), {
      release: { ...release, version: "1.1.0-rc.1+build.5" },
    });
  });
});

describe("sameRelease", () => {
  it("holds for equal ones, and for nothing that differs in anything", () => {
    assert.ok(sameRelease(release, { ...release }));
    const { id, sizeBytes, timestampSeconds } = release;
    const others: ReleaseIdentity[] = [
      { ...release, id: "fw-1.1.1" },
      { ...release, sizeBytes: 1 },
      { ...release, timestampSeconds: 1 },
      { ...release, version: "1.1.1" },
      { ...release, sha256: sha256.replace("0", "1") },
      { id, sizeBytes, timestampSeconds, sha256 },
      { id, sizeBytes, timestampSeconds, version: "1.1.0" },
    ];
    for (const other of others) {
      assert.ok(!sameRelease(release, other));
      assert.ok(!sameRelease(other, release));
    }
  });
});
