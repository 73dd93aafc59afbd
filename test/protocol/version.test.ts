// Versions: the grammar and the order of Semantic Versioning 2.0.0.

import assert from "node:assert/strict";
import fc from "fast-check";
import { versionCharactersMax } from "../../src/protocol/limits.js";
import {
  compareVersions,
  parseVersion,
  splitReleaseId,
  type Version,
} from "../../src/protocol/version.js";

function version(text: string): Version {
  const parsed = parseVersion(text);
  assert.ok(parsed, text);
  return parsed;
}

describe("parseVersion", () => {
  it("finds the parts", () => {
    assert.deepEqual(version("10.20.30-rc.1.x-y+build.007"), {
      text: "10.20.30-rc.1.x-y+build.007",
      major: 10,
      minor: 20,
      patch: 30,
      prerelease: ["rc", "1", "x-y"],
    });
    assert.deepEqual(version("0.0.0").prerelease, []);
  });

  it("accepts what the specification accepts", () => {
    const valid = [
      ...[
        "0.0.4",
        "1.2.3",
        "1.1.2-prerelease+meta",
        "1.1.2+meta",
        "1.1.2+meta-valid",
        "1.0.0-alpha",
      ],
      ...["1.0.0-alpha.beta.1", "1.0.0-alpha0.valid", "1.0.0-rc.1+build.123", "1.2.3-SNAPSHOT-123"],
      ...["1.0.0+0.build.1-rc.10000aaa", "1.0.0-0A.is.legal", "1.0.0--", "1.0.0+001", "1.0.0-0"],
      "999999999999999.0.0",
    ];
    for (const text of valid) assert.equal(parseVersion(text)?.text, text);
  });

  it("refuses what it refuses", () => {
    const invalid = [
      ...["", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.02.3", "1.2.03", "1.2.3-", "1.2.3+"],
      ...["1.2.3-01", "1.2.3-a..b", "1.2.3-.a", "1.2.3-a.", "1.2.3+a..b", "1.2.3+a+b", "1.2.3-ä"],
      ...["-1.2.3", "1.-2.3", "+1.2.3", "1.2.3 ", " 1.2.3", "1.2.x", "1..3", "1.2.3-a_b", "a.b.c"],
      ...["1.2.3\n", "9007199254740992.0.0", "1.2.3-+b"],
    ];
    for (const text of invalid) assert.equal(parseVersion(text), undefined, text);
  });

  it("refuses what no app descriptor can hold", () => {
    const longest = "1.0.0-".padEnd(versionCharactersMax, "a");
    assert.ok(parseVersion(longest));
    assert.equal(parseVersion(`${longest}a`), undefined);
  });
});

describe("compareVersions", () => {
  const ascending = [
    ...["0.0.1", "0.0.2", "0.0.10", "0.1.0", "0.9.0", "0.10.0", "1.0.0--", "1.0.0-0", "1.0.0-2"],
    ...["1.0.0-11", "1.0.0-99999999999999999998", "1.0.0-99999999999999999999", "1.0.0--a"],
    ...["1.0.0-A", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta"],
    ...["1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-0", "2.0.0"],
  ];
  // "-" is an alphanumeric identifier, so it follows every numeric one.
  ascending.splice(ascending.indexOf("1.0.0--"), 1);
  ascending.splice(ascending.indexOf("1.0.0--a"), 0, "1.0.0--");

  it("orders as section 11 of the specification does", () => {
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries()) {
        const order = Math.sign(compareVersions(version(a), version(b)));
        assert.equal(order, Math.sign(i - j), `${a} and ${b}`);
      }
    }
  });

  it("ignores build metadata", () => {
    assert.equal(compareVersions(version("1.0.0+1"), version("1.0.0+2")), 0);
    assert.equal(compareVersions(version("1.0.0-a+1"), version("1.0.0-a")), 0);
  });

  it("is an order", () => {
    const identifier = fc.constantFrom("0", "1", "10", "a", "B", "-", "a1");
    const any = fc
      .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.array(identifier, { maxLength: 3 }))
      .map(([major, minor, patch, prerelease]) => {
        const core = [major, minor, patch].join(".");
        return version(prerelease.length > 0 ? `${core}-${prerelease.join(".")}` : core);
      });
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        const ab = Math.sign(compareVersions(a, b));
        assert.equal(Math.sign(compareVersions(b, a)) + ab, 0);
        assert.equal(ab === 0, a.text === b.text);
        if (ab <= 0 && compareVersions(b, c) <= 0) assert.ok(compareVersions(a, c) <= 0);
      }),
      { numRuns: 300 },
    );
  });
});

describe("splitReleaseId", () => {
  it("finds the version behind the name and a hyphen", () => {
    assert.equal(splitReleaseId("sensor-1.2.3", "sensor")?.text, "1.2.3");
    assert.equal(splitReleaseId("sensor-1.2.3-rc.1", "sensor")?.text, "1.2.3-rc.1");
    assert.equal(splitReleaseId("sensor-pro-1.2.3", "sensor-pro")?.text, "1.2.3");
  });

  it("leaves alone what belongs to others, or tells no version", () => {
    const others = [
      ...["sensor", "sensor-", "sensor1.2.3", "sensor_1.2.3", "sensors-1.2.3", "a-sensor-1.2.3"],
      ...["sensor-pro-1.2.3", "sensor-latest", "Sensor-1.2.3", "sensor--1.2.3", ""],
    ];
    for (const id of others) assert.equal(splitReleaseId(id, "sensor"), undefined, id);
  });
});
