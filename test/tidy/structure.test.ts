// Rules of the tree: sizes, names, one word for one thing, a caller for all that is public.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filesEnding, placesOf, show } from "./tree.js";

const code = filesEnding(".ts", ".c", ".h");
const isTest = (path: string): boolean => path.startsWith("test/");
const product = code.filter(({ path }) => !isTest(path));

const linesMax = 300;
/** One state machine whose fields are all its own: two halves of it would share them all. */
const whole = new Set(["src/agent/connection.ts"]);
/** Rows of a table of cases stand together. */
const testLinesMax = 400;
const filesSideBySideMax = 25;
/** What Moddable calls a class, each host's own version may be called too. */
const sdkNames = new Set(["SHA256"]);
/** For products to call, and called by no code here. */
const publicMethods = new Set(["checkNow"]);

describe("the tree", () => {
  it(`has files of at most ${linesMax} lines, tests of at most ${testLinesMax}`, () => {
    const long = code
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ path, lines }) => lines > (isTest(path) ? testLinesMax : linesMax))
      .filter(({ path }) => !whole.has(path));
    assert.deepEqual(long, []);
  });

  it(`has at most ${filesSideBySideMax} files side by side, or says why`, () => {
    const counts = new Map<string, number>();
    for (const { path } of code) {
      counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    }
    const crowded = [...counts]
      .filter(([, count]) => count > filesSideBySideMax)
      .map(([folder]) => folder)
      .filter((folder) => !saysWhy(folder));
    assert.deepEqual(crowded, []);
  });

  it("has no file named after nothing in particular", () => {
    const vague = code.filter(({ path }) =>
      /\b(utils?|helpers?|common|misc|managers?)\b/.test(basename(path)),
    );
    assert.deepEqual(vague, []);
  });

  it("gives a class its name alone, but for the SDK's own", () => {
    const sources = product.filter(({ path }) => !path.endsWith(".d.ts"));
    const classes = placesOf(sources, /^(export )?(default )?(abstract )?class \w+/);
    const byName = new Map<string, string[]>();
    for (const { path, text } of classes) {
      const name = /class (\w+)/.exec(text)?.[1] ?? "";
      byName.set(name, [...(byName.get(name) ?? []), path]);
    }
    const shared = [...byName].filter(([name, paths]) => paths.length > 1 && !sdkNames.has(name));
    assert.deepEqual(shared, []);
  });

  it("keeps private members by #, and `private` for constructors", () => {
    const sources = code.filter(({ path }) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
    const places = placesOf(sources, /^private (?!constructor\b|(readonly )?\w+: .*,$)/);
    assert.equal(show(places), "");
  });

  it("leaves no mark of unfinished work, and no test switched off", () => {
    const marks = placesOf(code, new RegExp(["TO" + "DO", "FIX" + "ME", "XX" + "X\\b"].join("|")));
    const switched = placesOf(code, /\b(describe|it)\.(only|skip)\(/).filter(
      ({ path }) => !path.startsWith("test/tools/tests/"),
    );
    assert.equal(show([...marks, ...switched]), "");
  });

  it("has a caller outside the tests for every method of the device code", () => {
    const device = product.filter(({ path }) =>
      /^src\/(protocol|ports|http|flash|agent|formats)\//.test(path),
    );
    const methods = device.flatMap(({ path, text }) =>
      [...text.matchAll(/^ {2}(?:static |async |get |set )*(\w+)(?:<[^>]*>)?\([^;]*$/gm)]
        .map(([, name = ""]) => name)
        .filter((name) => !/^(constructor|if|for|while|switch|return|catch|super)$/.test(name))
        .filter((name) => !publicMethods.has(name))
        .map((name) => ({ path, name })),
    );
    const uncalled = methods.filter(({ name }) => {
      const definition = `^ {2}(?:static |async |get |set )*${name}(?:<[^>]*>)?\\(`;
      const mention = new RegExp(`\\b${name}\\b`);
      const isDefined = new RegExp(definition);
      const isUse = (line: string): boolean => mention.test(line) && !isDefined.test(line);
      return !product.some(({ text }) => text.split("\n").some(isUse));
    });
    assert.deepEqual(uncalled, []);
  });
});

/** The DESIGN.md or README.md of the folder, or of the one above it, that names the folder. */
function saysWhy(folder: string): boolean {
  const texts = [folder, dirname(folder)].flatMap((place) =>
    readdirSync(place)
      .filter((name) => /^(DESIGN|README)\.md$/.test(name))
      .map((name) => readFileSync(join(place, name), "utf8")),
  );
  const name = basename(folder);
  return texts.some((text) => text.includes(`\`${name}\``) || text.includes(`\`${name}/\``));
}
