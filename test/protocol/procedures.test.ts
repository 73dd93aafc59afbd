// The table of the API's procedures, and the paths made from it. That each is where the documents
// say is for the service's conformance tests: they have the documents' own words.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fillPath, procedures } from "../../src/protocol/procedures.js";

describe("the table of procedures", () => {
  const all = Object.values(procedures);

  it("has the numbers 1 to 70, in order", () => {
    const numbers = all.map(({ number }) => number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 70 }, (_, at) => at + 1),
    );
  });

  it("gives all procedures of one place one kind of caller", () => {
    const callers = new Map<string, string>();
    for (const { number, method, path, caller } of all) {
      const place = `${method} ${path}`;
      assert.equal(caller, callers.get(place) ?? caller, `${number}: ${place}`);
      callers.set(place, caller);
    }
  });

  it("puts each name of a path, escaped, in its segment", () => {
    const { path } = procedures.serialInfo;
    const filled = fillPath(path, { model: "a b", sn: "0/1:?" });
    assert.equal(filled, "/provision/manage/model/a%20b/0%2F1%3A%3F");
    assert.equal(fillPath(procedures.serverAddress.path, {}), "/ip");
  });

  it("is linked into no chip", () => {
    const folders = ["agent", "http", "flash", "ports"].map((zone) => `src/${zone}`);
    const files = [...folders, "src/protocol", "hosts/esp32", "hosts/mcsim", "hosts/xs/device"]
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
          join(folder, name),
        ),
      )
      .filter((file) => file.endsWith(".ts"));
    assert.ok(files.length > 100, `only ${files.length} files`);
    const forHosts = ["procedures", "content-types", "name-rules", "serial-range"];
    for (const file of files) {
      if (forHosts.some((name) => file === join("src/protocol", `${name}.ts`))) continue;
      const imported = /from "[./]*(?:protocol\/)?([a-z-]+)\.js"/g;
      for (const [line, name = ""] of readFileSync(file, "utf8").matchAll(imported)) {
        assert.ok(!forHosts.includes(name), `${file}: ${line}`);
      }
    }
  });
});
