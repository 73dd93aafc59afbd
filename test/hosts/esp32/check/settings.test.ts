import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import {
  effectiveOptions,
  optionComplaints,
  partitionComplaints,
} from "../../../../hosts/esp32/check/settings.js";

const flashBytes = 4 << 20;

function projectFile(path: string): string {
  return readFileSync(new URL(`../../../../../${path}`, import.meta.url), "utf8");
}

describe("the check of ESP-IDF's settings", () => {
  const ours =
    projectFile("hosts/esp32/sdkconfig/sdkconfig.defaults") +
    projectFile("hosts/esp32/sdkconfig/sdkconfig.defaults.release");
  const table = projectFile("hosts/esp32/partitions.csv");

  it("reads options as ESP-IDF does: the last line wins, an empty value is no", () => {
    const text =
      "CONFIG_A=y\n# CONFIG_A is not set\n# CONFIG_B is not set\nCONFIG_B=y\nCONFIG_C=\n";
    assert.deepEqual(
      [...effectiveOptions(text)],
      [
        ["CONFIG_A", "n"],
        ["CONFIG_B", "y"],
        ["CONFIG_C", "n"],
      ],
    );
  });

  it("is content with the project's own options and table", () => {
    assert.deepEqual(optionComplaints(ours), []);
    assert.deepEqual(partitionComplaints(table, flashBytes), []);
  });

  it("tells each option that is lost, and what is lost with it", () => {
    assert.equal(optionComplaints("").length, 6);
    const [complaint] = optionComplaints(
      ours.replace("CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE=y", ""),
    );
    assert.match(complaint ?? "", /ROLLBACK_ENABLE is n, must be y: a bad image would never/);
    assert.match(
      optionComplaints(`${ours}\nCONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS=y\n`).join(),
      /a damaged image would be started/,
    );
  });

  const mistakes: readonly (readonly [what: string, from: string, to: string, says: RegExp])[] = [
    ["an overlap", "0x210000, 0x1f0000", "0x200000, 0x1f0000", /offset 0x200000 is taken/],
    ["a table larger than the flash", "0x210000, 0x1f0000", "0x210000, 0x200000", /ends at/],
    ["slots of two sizes", "0x210000, 0x1f0000", "0x210000, 0x1e0000", /not of one size/],
    ["an nvs that moved", "0x9000,   0x6000", "0x9000,   0x5000", /nvs is 0x5000 bytes at/],
    ["a missing otadata", "otadata,  data, ota,", "settings, data, phy,", /there is no otadata/],
    ["a factory partition", "ota_0,    app,  ota_0,", "factory,  app,  factory,", /slots must be/],
    ["what is no table", "nvs,      data", "nvs,      date", /type "date"/],
  ];
  for (const [what, from, to, says] of mistakes) {
    it(`refuses ${what}`, () => {
      assert(table.includes(from), "the table has changed: change the test");
      assert.match(partitionComplaints(table.replace(from, to), flashBytes).join("\n"), says);
    });
  }
});
