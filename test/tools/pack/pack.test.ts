import assert from "node:assert/strict";
import { forms, packText } from "../../../tools/pack/pack.js";
import { fold } from "../../../tools/pack/bundle.js";
import { inlineConstants } from "../../../tools/pack/constants.js";
import { arrowFunctions, restoreDeclarations } from "../../../tools/pack/declarations.js";
import { mergeImports } from "../../../tools/pack/imports.js";
import { privateNamesAsProperties } from "../../../tools/pack/private-names.js";
import { renameVariables } from "../../../tools/pack/renaming.js";

/** Without what is only layout. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** What a module's `result` is. */
async function resultOf(text: string): Promise<unknown> {
  const url = `data:text/javascript,${encodeURIComponent(text)}`;
  const module = (await import(url)) as { readonly result: unknown };
  return module.result;
}

describe("private names", () => {
  const both = "class A { #a = 1; #b() { return this.#a; } } class B { #c = 2; }";

  it("become properties whose names all classes share", () => {
    assert.equal(
      flat(privateNamesAsProperties(both)),
      "class A { $0 = 1; $1() { return this.$0; } } class B { $0 = 2; }",
    );
  });

  it("go on in a class where those of the class that it extends end", () => {
    const text = "class A { #a; #b; } class B extends A {} const C = class extends B { #a; };";
    assert.equal(
      flat(privateNamesAsProperties(text)),
      "class A { $0; $1; } class B extends A { } const C = class extends B { $2; };",
    );
  });

  it("are those of the innermost class that has them", () => {
    const text = "class A { #a; make() { const a = this; return class { #b = a.#a; }; } }";
    assert.match(flat(privateNamesAsProperties(text)), /return class { \$0 = a\.\$0; };/);
  });

  it("may be a getter's and a setter's, and static", () => {
    const text =
      "class A { static #s = 1; get #a() { return 1; } set #a(value) { A.#s = value; } }";
    assert.equal(
      flat(privateNamesAsProperties(text)),
      "class A { static $0 = 1; get $1() { return 1; } set $1(value) { A.$0 = value; } }",
    );
  });

  it("are refused where a property would mean something else", () => {
    const refused: readonly (readonly [text: string, why: RegExp])[] = [
      ["class A { #a; is(it) { return #a in it; } }", /line 1: it asks whether .* has #a/],
      ["class A { #a; copy() { return { ...this }; } }", /copies an object/],
      ["const $0 = 1; class A { #a; }", /\$0 is a name of the pool/],
      ["const M = make(); class A extends M { #a; }", /M is extended, and may be any class/],
      ["class A extends make() { #a; }", /extends what has no name/],
    ];
    for (const [text, why] of refused) assert.throws(() => privateNamesAsProperties(text), why);
  });

  it("are no matter in a class of another module", () => {
    const text =
      'import Base from "base"; class A extends Base { #a; } class B extends Error { #a; }';
    assert.match(flat(privateNamesAsProperties(text)), /extends Base { \$0; } .* Error { \$0; }/);
  });
});

describe("declarations of a module's level", () => {
  it("are constants unless something is assigned to them later", () => {
    const text = "var a = 1, b = 2, c, d = 4, e = 5; b = a; [d] = [b]; for (e of []) c = e;";
    assert.equal(
      flat(restoreDeclarations(text)),
      "const a = 1; let b = 2; let c; let d = 4; let e = 5; b = a; [d] = [b]; for (e of []) c = e;",
    );
  });

  it("are classes again, under one name", () => {
    const text = "var A = class { }; var B = class _B extends A { static x = _B.name; };";
    assert.equal(
      flat(restoreDeclarations(text)),
      "class A { } class B extends A { static x = B.name; }",
    );
  });
});

describe("functions of a module's level", () => {
  it("become arrows, before everything that may call them", () => {
    const text = 'import x from "x"; const a = f(); function f() { return g(); } function g() {}';
    assert.equal(
      flat(arrowFunctions(text)),
      'import x from "x"; const f = () => { return g(); }; const g = () => { }; const a = f();',
    );
  });

  it("stay if they are constructed, or have a `this` of their own", () => {
    const kept = [
      "function F() { } new F();",
      "function F() { } class A extends F { }",
      "function F() { } F.prototype.x = 1;",
      "function F() { return this; }",
      "function F() { return arguments.length; }",
      "function* F() { }",
    ];
    for (const text of kept) assert.match(arrowFunctions(text), /^function\*? F/, text);
    const within = "function f() { return { m() { return this; } }; }";
    assert.match(arrowFunctions(within), /^const f = \(\) =>/);
  });
});

describe("imports", () => {
  it("of one thing become one, under the name of the first", () => {
    const text =
      'import A, { b } from "m"; import B, { b as c, d } from "m"; import { b as e } from "m";\n' +
      'import * as all from "m"; import "m"; f(A, B, b, c, d, e, { B, c }, all);';
    assert.equal(
      flat(mergeImports(text)),
      'import A, { b } from "m"; import { d } from "m"; import * as all from "m"; import "m"; ' +
        "f(A, A, b, b, d, b, { B: A, c: b }, all);",
    );
  });
});

describe("constants of a module's level", () => {
  it("take the place of their names, and are left out then", () => {
    const text =
      "const size = 4; const all = size * 2; const on = true; const below = -1;\n" +
      "export const f = (x) => [x ** all, -below, on, { size }];";
    const inlined = fold(inlineConstants(fold(inlineConstants(text))));
    assert.match(flat(inlined), /^const f = \(x\) => \[x \*\* 8, 1, !0, \{ size: 4 \}\];/);
  });

  it("stay if they are exported, long texts with many users, or hidden by another variable", () => {
    const text =
      'export const a = 1; const t = "a text with a length"; const b = 2;\n' +
      "export const f = (b) => [t, t, b];";
    assert.equal(
      flat(fold(inlineConstants(text))),
      'const a = 1, t = "a text with a length"; const f = (b) => [t, t, b]; export { a, f };',
    );
  });
});

describe("names of variables", () => {
  it("are those of properties, and differ where two variables are in sight", async () => {
    const text = `
      const secret = 5;
      const add = (first, second) => ({ sum: first + second, first });
      const twice = ({ sum, first: head = secret }) => [sum, head].map((each) => each * 2 + secret);
      export const result = twice(add(1, 2)).concat(Math.max(0, secret));`;
    const renamed = renameVariables(text);
    assert.doesNotMatch(renamed, /secret|second|each|head|twice|add/);
    assert.deepEqual(await resultOf(renamed), await resultOf(text));
  });

  it("are never what the module takes from outside, or a word of the language", () => {
    const text = 'import max from "max"; const a = { Math, get: 1, of: 2, max: max.Math }; f(a);';
    const renamed = flat(renameVariables(text));
    assert.match(renamed, /Math, get: 1, of: 2, max: (\w+)\.Math/);
    assert.doesNotMatch(renamed, /const (?:Math|get|of|f) |import (?:Math|get|of|f) /);
  });
});

describe("a packed module", () => {
  const text = `
    var limit = 1 << 4, half = limit / 2;
    function clamp(value) { return Math.min(value, limit); }
    var Base = class { #value = 1; read() { return this.#value; } add(more) { this.#value += more; } };
    var Derived = class _Derived extends Base {
      static made = 0;
      #value = half;
      #grow() { this.#value = clamp(this.#value * 3); return this.#value; }
      constructor() { super(); _Derived.made += 1; }
      grow() { this.add(this.#grow()); return [this.read(), this.#value, _Derived.made]; }
    };
    function unused() { return "nothing"; }
    var total = 0;
    for (const value of new Derived().grow()) total += value;
    export var result = { total, grown: new Derived().grow(), text: \`\${limit}\` };`;

  for (const form of forms) {
    it(`does what its source does, in ${form} form`, async () => {
      const debug = packText(text);
      const packed = form === "release" ? renameVariables(debug) : debug;
      assert.deepEqual(await resultOf(packed), await resultOf(text));
      assert.doesNotMatch(packed, /#|\bvar\b|function|unused|limit/);
    });
  }
});
