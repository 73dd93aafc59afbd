// The memory budget: what counts, what happens when it is used up, and that garbage does not.

import { strict as assert } from "node:assert";

import { EngineRig, type Outcome } from "./engine-rig.js";

describe("the C host, memory", () => {
  let rig: EngineRig;

  before(async function () {
    rig = await EngineRig.open(this);
  });

  after(() => {
    rig.close();
  });

  const budget = 94_208;

  function runIn(bytes: number, files: Parameters<EngineRig["run"]>[0]): Promise<Outcome> {
    return rig.run(files, { arguments: ["--heap", String(bytes), "--report-memory"] });
  }

  /** Bytes that the report says were used at most, all told. */
  function together({ stderr }: Outcome): number {
    const match = /^# memory: slots \d+ chunks \d+ stack \d+ together (\d+) of \d+ bytes$/m.exec(
      stderr,
    );
    assert.ok(match, stderr);
    return Number(match[1]);
  }

  it("ends with 11 when slots fill the budget", async () => {
    const outcome = await runIn(budget, "let list = null; for (;;) list = { list };");
    assert.equal(outcome.code, 11);
    assert.match(
      outcome.stderr,
      /^# memory full: chunks \d+, slots and stack \d+, of 94208 bytes/m,
    );
  });

  it("ends with 11 when buffers fill the budget", async () => {
    const { code } = await runIn(
      budget,
      "const all = []; for (;;) all.push(new ArrayBuffer(999));",
    );
    assert.equal(code, 11);
  });

  it("cannot be outwitted by catching", async () => {
    const { code } = await runIn(budget, "try { new Uint8Array(95000); } catch {} trace('on');");
    assert.equal(code, 11);
  });

  it("gives nearly all of the budget to one buffer, and takes it back", async () => {
    const program = "for (let i = 0; i < 50; i++) new Uint8Array(40000).fill(i); trace('on');";
    const outcome = await runIn(budget, program);
    assert.equal(outcome.stdout, "on", outcome.stderr);
    assert.ok(together(outcome) > 50_000);
  });

  it("gives room that buffers had to slots", async () => {
    const outcome = await runIn(
      budget,
      `let list = null;
       new Uint8Array(50000).fill(1);
       for (let i = 0; i < 500; i++) list = { list };
       trace("on");`,
    );
    assert.equal(outcome.stdout, "on", outcome.stderr);
  });

  it("lets garbage come and go within the budget for ever", async () => {
    const outcome = await runIn(
      40_000,
      `let total = 0;
       for (let i = 0; i < 30000; i++) total += { text: "n" + i, list: [i] }.text.length;
       trace(total);`,
    );
    assert.deepEqual([outcome.code, outcome.stdout], [0, "168890"], outcome.stderr);
    assert.ok(together(outcome) <= 40_000);
  });

  it("does not count device modules, but counts what they make later and the main module", async () => {
    const bulk = Array.from({ length: 300 }, (_, i) => `export const f${i} = () => ${i};`).join("");
    const used = async (files: Readonly<Record<string, string>>): Promise<number> =>
      together(await rig.run(files, { arguments: ["--report-memory"] }));
    const empty = await used({ "main.js": "" });
    const importing = 'import { f0 } from "./bulk.js"; f0();';
    assert.ok((await used({ "main.js": importing, "bulk.js": bulk })) < empty + 2048);
    assert.ok((await used({ "main.js": bulk })) > empty + 15_000);
    const late = {
      "main.js": 'import { make } from "./bulk.js"; globalThis.kept = make();',
      "bulk.js": `${bulk} export const make = () => new Uint8Array(20000);`,
    };
    assert.ok((await used(late)) > empty + 18_000);
  });

  it("refuses a buffer that a device module keeps: 17", async () => {
    const main = 'import { keep } from "./d.js"; keep();';
    for (const kept of [
      "new ArrayBuffer(8)",
      "new Uint8Array(4)",
      "{ deep: [new Int32Array(1)] }",
    ]) {
      const device = `const kept = ${kept}; export const keep = () => kept;`;
      const outcome = await rig.run({ "main.js": main, "d.js": device });
      assert.equal(outcome.code, 17, kept);
      assert.match(outcome.stderr, /^# a device module keeps a buffer of \d+ bytes/m);
    }
    const device = "new Uint8Array(4); export const keep = () => new Uint8Array(4);";
    assert.equal((await rig.run({ "main.js": main, "d.js": device })).code, 0);
  });

  it("ends with 12 when the stack is full, however large the heap", async () => {
    const deep = "const f = (n) => (n === 0 ? 0 : 1 + f(n - 1)); trace(f(20)); f(10000);";
    const outcome = await rig.run(deep);
    assert.deepEqual([outcome.code, outcome.stdout], [12, "20"], outcome.stderr);
    const roomy = await rig.run(deep, { arguments: ["--stack", "2000"] });
    assert.equal(roomy.code, 12);
    const enough = await rig.run(deep.replace("10000", "1000"), {
      arguments: ["--stack", "20000"],
    });
    assert.equal(enough.code, 0, enough.stderr);
  });

  it("counts the stack", async () => {
    const small = together(await rig.run("", { arguments: ["--stack", "384", "--report-memory"] }));
    const large = together(
      await rig.run("", { arguments: ["--stack", "1384", "--report-memory"] }),
    );
    assert.ok(large - small >= 16_000);
  });

  it("grows without limit if none is set", async () => {
    const { stdout } = await rig.run("trace(new Uint8Array(100e6).fill(1).length);");
    assert.equal(stdout, "100000000");
  });
});
