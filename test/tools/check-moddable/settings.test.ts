import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import {
  effectiveOptions,
  optionComplaints,
  partitionComplaints,
} from "../../../tools/check-moddable/settings.js";
import { parsePartitionCsv } from "../../../src/formats/partition-table/partition-table-csv.js";

const flashBytes = 4 << 20;

function projectFile(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
}

describe("the check of ESP-IDF's settings", () => {
  /** What the SDK's own files say before ours. */
  const sdkOptions = "CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y\nCONFIG_ESP_CONSOLE_NONE=y\n";
  const ours =
    sdkOptions +
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
    assert.deepEqual(optionComplaints(ours, flashBytes), []);
    assert.deepEqual(partitionComplaints(table, flashBytes), []);
  });

  it("tells each option that is lost, and what is lost with it", () => {
    assert.equal(optionComplaints("", flashBytes).length, 8);
    const [complaint] = optionComplaints(
      ours.replace("CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE=y", ""),
      flashBytes,
    );
    assert.match(complaint ?? "", /ROLLBACK_ENABLE is n, must be y: a bad image would never/);
    assert.match(
      optionComplaints(`${ours}\nCONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS=y\n`, flashBytes).join(),
      /a damaged image would be started/,
    );
    assert.match(
      optionComplaints(`${ours}\nCONFIG_ESP_CONSOLE_NONE=n\n`, flashBytes).join(),
      /CONSOLE_NONE is n, must be y: a release would tell its log/,
    );
  });

  it("refuses a flash of another size, of none and of two", () => {
    const says = (text: string, bytes: number): string => optionComplaints(text, bytes).join();
    assert.match(says(ours, 8 << 20), /FLASHSIZE says 4 MB, must say 8 MB/);
    assert.match(says(ours.replace("FLASHSIZE_4MB=y", "FLASHSIZE_4MB="), flashBytes), /no size/);
    assert.match(says(`${ours}\nCONFIG_ESPTOOLPY_FLASHSIZE_8MB=y`, flashBytes), /4 MB, 8 MB, must/);
  });

  for (const megabytes of [8, 16]) {
    const folder = `hosts/esp32/flash-${megabytes}mb`;
    it(`is content with the table and options for ${megabytes} MB, which differ in the size only`, () => {
      const bytes = megabytes << 20;
      const csv = projectFile(`${folder}/partitions.csv`);
      const partitions = parsePartitionCsv(csv, { flashBytes: bytes });
      assert.deepEqual(partitionComplaints(csv, bytes), []);
      const end = Math.max(...partitions.map(({ offset, size }) => offset + size));
      assert.equal(end, bytes, "some of the flash is left over");

      const options = projectFile(`${folder}/sdkconfig/sdkconfig.defaults`);
      const [start = "", rest = ""] = options.split("\n# The size of the flash");
      assert.equal(start, projectFile("hosts/esp32/sdkconfig/sdkconfig.defaults"));
      assert.match(rest, new RegExp(`FLASHSIZE_4MB=n\n.*FLASHSIZE_${megabytes}MB=y\n$`));
      const release = "sdkconfig/sdkconfig.defaults.release";
      assert.equal(projectFile(`${folder}/${release}`), projectFile(`hosts/esp32/${release}`));
      assert.deepEqual(
        optionComplaints(sdkOptions + options + projectFile(`${folder}/${release}`), bytes),
        [],
      );
    });
  }

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
