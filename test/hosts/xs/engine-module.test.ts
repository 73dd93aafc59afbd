// Loading and ending: how modules are found, what they see, and which exit code says what.

import { strict as assert } from "node:assert";

import { EngineRig } from "./engine-rig.js";

describe("the C host, modules and exit codes", () => {
  let rig: EngineRig;

  before(async function () {
    rig = await EngineRig.open(this);
  });

  after(() => {
    rig.close();
  });

  async function ends(
    files: string | Readonly<Record<string, string>>,
    code: number,
    message: RegExp,
  ): Promise<void> {
    const outcome = await rig.run(files);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, message);
  }

  it("runs a module and ends with 0 when nothing is left to do", async () => {
    const outcome = await rig.run('trace("one", 2, true, "\\n"); trace("last");');
    assert.deepEqual(outcome, { code: 0, signal: null, stdout: "one2true\nlast", stderr: "" });
  });

  it("traces characters of every plane as UTF-8", async () => {
    const { stdout } = await rig.run('trace("é€\\u{1F600}\\0|", "\\uD83D" + "\\uDE00");');
    assert.equal(stdout, "é€\u{1F600}\0|\u{1F600}");
  });

  it("resolves imports against the importing file, with and without .js", async () => {
    const { stdout, stderr } = await rig.run({
      "main.js": 'import { a } from "./lib/a.js"; export * from "./top"; trace(a);',
      "top.js": 'trace("top ");',
      "lib/a.js": 'import { b } from "../lib/deep/b"; export const a = `a of ${b}`;',
      "lib/deep/b.js": 'import "../../top.js"; export const b = "b";',
    });
    assert.equal(stdout, "top a of b", stderr);
  });

  it("finds other bare specifiers in the folder of --modules", async () => {
    rig.write("extra/embedded-some-thing.js", 'export default "found";');
    const { stdout } = await rig.run('import it from "embedded:some/thing"; trace(it);', {
      arguments: ["--modules", rig.path("extra")],
    });
    assert.equal(stdout, "found");
  });

  it("imports at run time too, and waits for what main awaits", async () => {
    const { stdout, code } = await rig.run({
      "main.js": `import Timer from "timer";
        await new Promise((done) => Timer.set(done, 5));
        const late = await import("./late.js");
        trace(late.default);`,
      "late.js": 'export default "late";',
    });
    assert.deepEqual([stdout, code], ["late", 0]);
  });

  it("offers what the chip offers, and no more", async () => {
    const web = ["console", "setTimeout", "TextDecoder", "URL", "queueMicrotask", "process"];
    // Its memory would lie outside the heap.
    const absent = [...web, "SharedArrayBuffer"];
    const { stdout } = await rig.run(`
      trace([${absent.map((name) => `typeof ${name}`).join()}].join(), "\\n");
      trace(String.fromArrayBuffer(ArrayBuffer.fromString("bytes")));`);
    assert.equal(stdout, `${absent.map(() => "undefined").join()}\nbytes`);
  });

  it("freezes the intrinsics", async () => {
    const attempts = ["Array.prototype.x = 1", "Math.abs = 1", "Object.prototype.x = 1"];
    const { stdout } = await rig.run(
      attempts.map((text) => `try { ${text}; trace("no") } catch { trace("threw ") }`).join(";"),
    );
    assert.equal(stdout, "threw ".repeat(attempts.length));
  });

  it("lets a program change its own global object", async () => {
    const { stdout } = await rig.run("globalThis.mine = 1; trace(mine);");
    assert.equal(stdout, "1");
  });

  it("treats device modules as read-only memory, copied when an object is changed", async () => {
    const { stdout, stderr } = await rig.run({
      "main.js": `import { count, map, next, plain, table } from "./device.js";
        next(); trace(next(), count, " ");
        plain.list.push(3); trace(plain.list.length, " ");
        try { map.set(1, 2); trace("no ") } catch { trace("map ") }
        try { table.a = 2; trace("no ") } catch { trace("table ") }`,
      "device.js": `export let count = 0;
        export const next = () => ++count;
        export const plain = { list: [1, 2] };
        export const map = new Map();
        export const table = Object.freeze({ a: 1 });`,
    });
    assert.equal(stdout, "22 3 map table ", stderr);
  });

  it("reports a missing module by name and importer: 15", async () => {
    const files = { "main.js": 'import "./sub.js";', "sub.js": 'import "embedded:no/such";' };
    await ends(files, 15, /^# module "embedded:no\/such" not found, imported by .*sub\.js$/m);
    assert.equal((await rig.start([rig.path("nowhere.js")])).code, 15);
  });

  it("reports a syntax error with file and line: 16", async () => {
    await ends("const a = 1;\nconst b = ;", 16, /^# .*main\.js:2: /m);
    const files = { "main.js": 'import "./bad.js";', "bad.js": "\n\nlet;" };
    await ends(files, 16, /^# .*bad\.js:3: /m);
  });

  it("reports an uncaught exception with its stack: 13", async () => {
    await ends("function f() { null.x } f();", 13, /^# uncaught exception: TypeError.*\n#.* f /m);
    const files = { "main.js": 'import "./d.js";', "d.js": 'throw new RangeError("early");' };
    await ends(files, 13, /^# uncaught exception: RangeError: early$/m);
    await ends("throw 7;", 13, /^# uncaught exception: 7$/m);
  });

  it("ends on an exception in a callback and in a job's promise: 13, 14", async () => {
    const inTimer = 'import Timer from "timer"; Timer.set(() => { throw new Error("tick") });';
    await ends(inTimer, 13, /tick/);
    await ends('Promise.reject(new Error("lost"));', 14, /^# unhandled rejection: Error: lost$/m);
  });

  it("goes on after a rejection that is handled", async () => {
    const { code } = await rig.run('Promise.reject(new Error("seen")).catch(() => {});');
    assert.equal(code, 0);
  });

  it("refuses natives while device modules are preloaded, as a chip's linker does", async () => {
    const files = {
      "main.js": 'import "./d.js";',
      "d.js": 'import Timer from "timer"; Timer.set(() => {});',
    };
    await ends(files, 13, /no native can be called/);
  });

  it("ends with 10 when the program asks for a restart, and does nothing more", async () => {
    const { code, stdout } = await rig.run(
      'import Boot from "embedded:x-chip/boot"; trace("a"); Boot.restart(); trace("b");',
    );
    assert.deepEqual([code, stdout], [10, "a"]);
  });

  it("goes on when nobody reads what it traces", async () => {
    const program = `import Boot from "embedded:x-chip/boot"; import Timer from "timer";
      Timer.set(() => { for (let i = 0; i < 9; i++) trace("line\\n"); Boot.restart() }, 100);`;
    assert.equal((await rig.run(program, { isDeaf: true })).code, 10);
  });

  it("ends with 2 on a wrong command line, with one line that says why", async () => {
    for (const wrong of [[], ["--heap"], ["--heap", "lots"], ["--nope", "1"], ["a.js", "b.js"]]) {
      const outcome = await rig.start(wrong);
      assert.equal(outcome.code, 2);
      assert.match(outcome.stderr, /^# [^\n]+\n$/);
    }
  });

  it("tells its engine and the size of a slot", async () => {
    const { stdout } = await rig.start(["--version", "--json"]);
    const version = JSON.parse(stdout) as { engine: string; slotBytes: number };
    assert.match(version.engine, /^XS \d+\.\d+\.\d+$/);
    assert.ok([16, 32].includes(version.slotBytes));
  });
});
