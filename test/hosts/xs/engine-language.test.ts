// What is preloaded is turned into read-only memory by code of our own (rom.c, code.c). A module
// that uses the language broadly must behave the same as on another engine: the same text is run as
// a device module on the C host and by Node, and what it says is compared.

import { strict as assert } from "node:assert";
import { pathToFileURL } from "node:url";

import { EngineRig } from "./engine-rig.js";

const device = `
  const frozen = Object.freeze({ n: 1.5, s: "text", list: Object.freeze([1, "two", 3n]), big: 12345678901234567890n });
  const plain = { nested: { list: [3, 1, 2], text: "a" }, when: new Date(86400000) };
  const symbol = Symbol("mine");
  const table = new Map([["a", { n: 1 }], [symbol, 2]]), set = new Set(["x", "y"]);
  const pattern = /(?<year>\\d{4})-(\\d\\d)/g;
  const plainPattern = /\\d$/;
  const weak = new WeakMap();
  let counter = 0, made = 0;
  var hoisted = [1, 2, 3];
  const closureOver = ((hidden) => () => ++hidden)(10);

  class Base {
    static kind = "base";
    static #secret = "s";
    #inner = { deep: [1] };
    constructor(name) { this.name = name; made++; }
    get inner() { return this.#inner; }
    set inner(value) { this.#inner = value; }
    static secret() { return Base.#secret; }
    *[Symbol.iterator]() { yield this.name; yield* this.#inner.deep; }
    toString() { return \`Base \${this.name}\`; }
    has(other) { return #inner in other; }
  }
  class Derived extends Base {
    field = super.toString();
    constructor(...names) { super(names.join("+")); this.count = names.length; }
    toString() { return \`Derived of \${super.toString()}\`; }
  }
  class Fault extends Error { kind = "odd"; }

  function* numbers(n) { for (let i = 0; i < n; i++) { const got = yield i; if (got) return got; } }
  async function later(value) { await null; if (value < 0) throw new Fault("negative"); return value * 2; }
  async function* stream(n) { for (let i = 0; i < n; i++) yield await later(i); }
  const tag = (parts, ...values) => parts.raw.join("|") + values.join();
  const defaults = ({ a = 1, ...rest } = {}, [b, , c = 3] = [2]) => [a, JSON.stringify(rest), b, c].join();

  function objects(say) {
    say(JSON.stringify({ n: frozen.n, list: [...frozen.list.slice(0, 2)], no: undefined }));
    say(frozen.list.map(String), frozen.list.includes("two"), frozen.big + 1n, Object.isFrozen(frozen));
    plain.nested.list.sort(); plain.nested.list.push(9); plain.nested.text += "b"; plain.added = 1;
    say(plain.nested.list, plain.nested.text, Object.keys(plain), plain.when.getTime());
    plain.when.setTime(5); say(plain.when.getTime(), symbol.description, { [symbol]: 1 }[symbol]);
    hoisted.splice(1, 1, "in", "stead"); hoisted = hoisted.concat(hoisted.slice(-1)); say(hoisted);
    delete plain.nested; say("nested" in plain, { ...plain, when: 0 }.added);
    say(table.get("a").n, table.get(symbol), [...set], [...table.keys()].length);
    table.get("a").n = 7; say(table.get("a").n);
    const mine = new Map(table); mine.set("b", 3); say(mine.size, table.size);
    const key = {}; say(weak.has(key));
    counter += 5; counter++; say(counter, closureOver(), closureOver());
  }

  function classes(say) {
    const one = new Base("one"), two = new Derived("t", "w"), three = new Derived();
    one.inner = { deep: [4, 5] };
    say([...one], [...two], String(two), two.field, three.count, made, Base.secret());
    say(two instanceof Base, one.has(two), one.has({}) , Object.getPrototypeOf(two) === Derived.prototype);
    say(Base.kind, Derived.kind, Derived.name, Derived.length);
    try { throw new Fault("f") } catch (error) { say(error.kind, error.message, error instanceof Fault) }
    say(typeof Base.prototype.has, new (class extends Derived { x = 1 })("z").x);
  }

  function texts(say) {
    say(/b+/.exec("abbc").index, plainPattern.test("x1"));
    say([..."2024-05 1999-12".matchAll(pattern)].map((m) => m.groups.year + m[2]));
    say("2020-11".replace(/(\\d+)-(\\d+)/, "$2/$1"), "aXbX".split("X"), /^\\p{Lu}/u.test("É"));
    say(tag\`a\${1}\\n\${"b"}c\`, defaults(), defaults({ a: 5, z: 1 }, [7, 8, 9]));
    say("\\u00e9".codePointAt(0), "abc".at(-1), "x".padStart(3, "-"), parseInt("ff", 16));
    say((1234.5678).toFixed(2), 0.1 + 0.2, 2 ** 53 + 1, -7 % 3, (-1) >>> 28, 10n ** 20n);
    label: for (const a of [1, 2, 3]) { for (const b of "xy") { if (a === 2) continue label; if (a === 3) break label; say(a, b); } }
    say([3, 1, 2].toString(), [1, [2, [3]]].flat(Infinity), Array.from({ length: 3 }, (_, i) => i * i));
    const bytes = new Uint8Array([1, 2, 300]); new DataView(bytes.buffer).setUint16(0, 515); say(bytes);
    say(Object.entries({ a: 1 }).flat(), Reflect.ownKeys({ b: 1, [symbol]: 2 }).length);
    const proxy = new Proxy({}, { get: (_, name) => name + "!" }); say(proxy.any);
    say(((a, b = a) => a + b)(2), (() => { try { return "t" } finally { counter = 0 } })(), counter);
    switch (frozen.s) { case "text": say("case"); default: say("through"); }
    say(null ?? "nullish", undefined?.x, 0 || "or", (counter ||= 4), typeof undeclared, void 0);
  }

  async function promises(say) {
    const walk = numbers(5); say(walk.next().value, walk.next().value, walk.next("stop").value, walk.next().done);
    say(await later(4), await later(-1).catch((error) => error.kind));
    for await (const item of stream(3)) say(item);
    say(await Promise.all([later(1), 2, later(3)]), await Promise.race([later(9), new Promise(() => {})]));
    say((await Promise.allSettled([later(-1), later(1)])).map(({ status }) => status));
  }

  /** Calls say(line) for each result. */
  export async function run(tell) {
    const show = (value) => (Array.isArray(value) ? "[" + value.map(show).join() + "]" : String(value));
    const say = (...values) => tell(values.map(show).join(" "));
    for (const part of [objects, classes, texts, promises]) await part(say);
  }
`;

describe("the C host, the language in preloaded modules", () => {
  let rig: EngineRig;

  before(async function () {
    rig = await EngineRig.open(this);
  });

  after(() => {
    rig.close();
  });

  it("says what another engine says, in the memory of the chip", async () => {
    const lines: string[] = [];
    const path = rig.write("device.mjs", device);
    const module = (await import(pathToFileURL(path).href)) as {
      run(tell: (line: string) => void): Promise<void>;
    };
    await module.run((line) => lines.push(line));
    const main = 'import { run } from "./device.mjs"; run((line) => trace(line, "\\n"));';
    const { stdout, stderr } = await rig.run(main, { arguments: ["--heap", "94208"] });
    assert.deepEqual(stdout.split("\n").slice(0, -1), lines, stderr);
    assert.ok(lines.length > 30);
  });

  it("refuses what would change read-only memory, and says so", async () => {
    const changes = [
      "shared.map.set(1, 1)",
      "shared.map.clear()",
      "shared.set.add(1)",
      "shared.frozen.a = 2",
      "shared.list.push(1)",
      "shared.Class.prototype.method = 1",
      "shared.Class.extra = 1",
      "shared.Class.field = 1",
      "shared.call.extra = 1",
      "shared.weak.set({}, 1)",
      "shared.pattern.exec('a')",
      // It marks what it visits.
      "JSON.stringify(shared.frozen)",
    ];
    const { stdout, stderr } = await rig.run({
      "main.js": `import * as shared from "./shared.js";
        for (const change of [${changes.map((text) => `() => { ${text} }`).join()}])
          try { change(); trace("changed ", change.toString()) } catch (error) { trace(error.name, " ") }`,
      "shared.js": `export const map = new Map([[1, 2]]), set = new Set(), weak = new WeakMap(), pattern = /a/g;
        export const frozen = Object.freeze({ a: 1 }), list = Object.freeze([1]);
        export class Class { static field = 0; method() {} }
        export const call = () => 1;`,
    });
    assert.equal(stdout, "TypeError ".repeat(changes.length), stderr);
  });
});
