// Ranges of serials as people type them: what is typed is what is made, or it is refused.

import assert from "node:assert/strict";
import {
  describeRange,
  serialsOf,
  typedRange,
  type RangeForm,
} from "../../src/cli/commands/serial/typed-range.js";
import { formatSerial } from "../../src/protocol/mac-serial.js";
import { Shell } from "./shell.js";

describe("a range as it is typed", () => {
  const kept: readonly (readonly [first: string, last: string, form?: RangeForm])[] = [
    ["0001", "9999"],
    ["1", "9999"],
    ["1000", "1999"],
    ["00", "99"],
    ["0001", "9999", { length: 4 }],
    ["00FF", "01A0", { format: "base16" }],
    ["00ff", "01a0", { format: "base16" }],
    ["1B", "FF", { format: "base16" }],
    ["00:1B:44:11:3D:00", "00:1B:44:11:3D:FF"],
    ["00-1b-44-11-3d-00", "00-1b-44-11-3d-ff"],
    ["001B.4411.3D00", "001B.4411.3DFF"],
  ];
  for (const [first, last, form = {}] of kept) {
    it(`keeps ${first} and ${last}`, () => {
      const range = typedRange(first, last, form);
      assert.equal(formatSerial(range.first, range), first);
      assert.equal(formatSerial(range.last, range), last);
    });
  }

  for (const [first, last, form, made] of [
    ["1", "20", { length: 4 }, "0001 to 0020: 20 serials, base10, 4 digits"],
    ["7", "7", {}, "7 to 7: 1 serial, base10"],
    [
      "001B44113D00",
      "001B44113DFF",
      { format: "mac:48" },
      "00:1B:44:11:3D:00 to 00:1B:44:11:3D:FF: 256 serials, mac:48, upper case",
    ],
    ["0", "ff", { format: "base16" }, "0 to ff: 256 serials, base16, lower case"],
    [
      "00",
      "99",
      { format: "base16", casing: "upper" },
      "00 to 99: 154 serials, base16, 2 digits, upper case",
    ],
  ] as const) {
    it(`says what is made of ${first} and ${last}`, () => {
      assert.equal(describeRange(typedRange(first, last, form)), made);
    });
  }

  for (const [first, last, form, message] of [
    ["5", "4", {}, /^expected a first serial before 4, got 5$/],
    ["0001", "10000", {}, /^0001 has 4 digits and 10000 has 5: write both with the same/],
    ["0001", "99999", { length: 4 }, /^99999 has more than 4 digits$/],
    ["0001", "9999", { length: 6 }, /^0001 has 4 digits, --length is 6$/],
    ["1", "12345", { length: 4 }, /^12345 has more than 4 digits$/],
    ["0A", "0f", { format: "base16" }, /^0A and 0f mix upper and lower case$/],
    ["0A", "0F", { format: "base16", casing: "lower" }, /are in upper case, --casing is lower$/],
    ["0A", "0F", {}, /have letters: say how they are written, with --format base16 or mac:48$/],
    ["1B44113D00", "1B44113DFF", { format: "mac:48" }, /has 10 digits, a MAC address has 12$/],
    ["00-1B-44-11-3D-00", "00-1B-44-11-3D-01", { format: "mac:48" }, /expected a mac:48 serial/],
    [
      "00:1B:4411:3D:00",
      "00:1B:44:11:3D:01",
      {},
      /expected a mac:48 serial .*got "00:1B:4411:3D:00"/,
    ],
    ["zz", "zz", {}, /^expected a base10 serial below 2\^53, got "zz"$/],
    ["", "1", {}, /^expected a base10 serial/],
    ["-1", "1", { format: "base10" }, /^expected a base10 serial/],
    ["1", "9007199254740993", {}, /^expected a base10 serial below 2\^53/],
  ] as const) {
    it(`refuses ${first} to ${last} ${JSON.stringify(form)}`, () => {
      assert.throws(() => typedRange(first, last, form), { message });
    });
  }

  it("has each of its serials once, in order", () => {
    const range = typedRange("0008", "0011", {});
    assert.deepEqual([...serialsOf(range)], ["0008", "0009", "0010", "0011"]);
  });
});

describe("provision range", function () {
  this.timeout(60_000);
  let shell: Shell;

  before(async () => {
    shell = await Shell.open();
    await shell.provision(`model create zeros --rid ${shell.acme.rid}`);
  });
  after(() => shell.close());

  it("makes serials with the zeros that were typed, which can be enabled, and lists them", async () => {
    const added = await shell.provision("range add zeros 0001 9999");
    assert.equal(added, "zeros has 0001 to 9999: 9999 serials, base10, 4 digits\n");
    await shell.provision(`serial enable zeros 0042 --owner ${shell.acme.rid}`);
    assert.match(await shell.provision("range list zeros"), /base10 {2}0001 {3}9999/);
  });

  it("adds a range once", async () => {
    const again = await shell.provision("range add zeros 0001 0100");
    assert.match(again, /^zeros has already 0001 to 0100: /);
    assert.equal(((await shell.json("range list zeros")) as unknown[]).length, 1);
  });
});
