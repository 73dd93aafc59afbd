// Bulk imports from the command line: nothing half-imported, interrupted ones go on.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Shell, type Ended } from "./shell.js";

describe("provision serial import", function () {
  this.timeout(120_000);
  let shell: Shell;

  before(async () => {
    shell = await Shell.open();
    for (const model of ["bulk", "small"]) {
      await shell.provision(`model create ${model} --rid ${shell.acme.rid}`);
    }
  });
  after(() => shell.close());

  function importText(model: string, text: string, ...more: string[]): Promise<Ended> {
    const encoding = text.includes("\xe9") ? "latin1" : "utf8";
    writeFileSync(join(shell.folder, "serials.csv"), text, encoding);
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    return shell.run(["serial", "import", model, "serials.csv", ...more], { environment });
  }

  it("brings in 100,000 serials, half of which an earlier import has left", async () => {
    const row = (at: number): string => `${String(at).padStart(8, "0")},box ${at % 7}\r\n`;
    const rows = Array.from({ length: 100_000 }, (_, at) => row(at));
    const half = await importText("bulk", rows.slice(0, 50_000).join(""), "--json");
    assert.deepEqual(JSON.parse(half.stdout), {
      model: "bulk",
      added: 50_000,
      present: 0,
      total: 50_000,
    });
    const rest = await importText("bulk", rows.join(""));
    assert.equal(rest.stdout, "bulk: 50000 serials added, 50000 were there already\n");
  });

  it("takes a heading, a byte order mark, LF, quotes, and a missing last line end", async () => {
    const text = '\ufeffserial,extra\n1,"a ""b"", c"\n\n2';
    const ended = await importText("small", text, "--heading", "--json");
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(await shell.json("serial list small"), [
      { serial: "1", status: "", rid: "", extra: 'a "b", c' },
      { serial: "2", status: "", rid: "", extra: "" },
    ]);
    assert.equal((await importText("small", '\ufeff1,"a ""b"", c"\n')).code, 0);
  });

  const wrong: readonly [what: string, text: string, message: RegExp][] = [
    ["an invalid serial", "8\n9\na/b\n", /row 3: expected a serial/],
    ["a serial twice", "8\n9\n8\n", /row 3: serial "8" is in row 1 already/],
    [
      "too many columns",
      "8,x,y\n",
      /serials\.csv: row 1: expected 1 or 2 columns, got something in 3/,
    ],
    ["an open quote", '8,x\n9,"y\n', /serials\.csv: row 2: expected a closing quote/],
    ["Latin-1", "8,x\n9,caf\xe9\n", /serials\.csv: row 2: not UTF-8: save the file as "CSV UTF-8"/],
    ["a NUL", "8,x\n9,\0\n", /row 2: a NUL in the extra text/],
    ["no rows", "\n", /serials\.csv holds no serials/],
    ["another extra text than is there", "8,x\n1,other\n", /"1" is there already, with another/],
  ];
  for (const [what, text, message] of wrong) {
    it(`imports nothing of a file with ${what}, code 1 and one line`, async () => {
      const before = await shell.json("serial list small");
      const ended = await importText("small", text);
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, new RegExp(`^provision: .*${message.source}.*\\n$`));
      assert.deepEqual(await shell.json("serial list small"), before);
    });
  }

  it("imports nothing of several batches if the last has another extra text than is there", async () => {
    const before = await shell.json("serial list small");
    const rows = Array.from({ length: 1500 }, (_, at) => `n${at}\n`);
    const ended = await importText("small", `${rows.join("")}1,other\n`);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^provision: .*"1" is there already, with another.*\n$/);
    assert.deepEqual(await shell.json("serial list small"), before);
  });

  it("counts rows as the file has them, its heading included", async () => {
    const ended = await importText("small", "serial\n8\na/b\n", "--heading");
    assert.match(ended.stderr, /^provision: serials\.csv: row 3: expected a serial/);
  });

  it("takes what Excel and PowerShell make of a table, and says what it changed", async () => {
    const text = "\ufeffSerial Number;Note\r\n W1 ;a,b\r\n;\r\nW2;\r\n";
    const forgotten = await importText("small", text);
    assert.equal(forgotten.code, 1);
    assert.match(forgotten.stderr, /row 1 looks like a heading \("Serial Number"\): use --heading/);
    const { code, stderr } = await importText("small", text, "--heading");
    assert.equal(code, 0);
    assert.match(stderr, /^provision: warning: serials\.csv: removed blanks around 1 serial\n/);
    const listed = (await shell.json("serial list small")) as { serial: string; extra: string }[];
    const made = listed.filter(({ serial }) => serial.startsWith("W"));
    assert.deepEqual(
      made.map(({ serial, extra }) => [serial, extra]),
      [
        ["W1", "a,b"],
        ["W2", ""],
      ],
    );
  });

  it("does not know a file that is not there", async () => {
    const environment = { PROVISION_SERVER: shell.server, PROVISION_TOKEN: shell.acme.token };
    const ended = await shell.run(["serial", "import", "small", "no.csv"], { environment });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^provision: no\.csv is not there\n$/);
  });
});
