// What the documents say is there, is there: files, headings, npm scripts, commands and options.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeProgram } from "../../../src/cli/program.js";
import { unknownCommands } from "../../../tools/docs/commands.js";
import { parseDocument, readDocument, repositoryFiles } from "../../../tools/docs/document.js";
import {
  brokenLinks,
  missingInSource,
  missingPaths,
  unknownScripts,
} from "../../../tools/docs/references.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");

/** Names files of other projects. */
const aboutOthers = "docs/evidence/comparison.md";

function scriptsOf(file: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, file), "utf8")) as {
    scripts: Record<string, string>;
  };
  return Object.keys(scripts);
}

describe("the documents", () => {
  const files = repositoryFiles(root);
  const documents = files
    .filter((file) => file.endsWith(".md") && !file.startsWith("test/http/cases/"))
    .map((file) => readDocument(root, file));
  // A product has the template's files at its root.
  const named = [...files, ...files.map((file) => file.replace(/^template\/(project\/)?/, ""))];
  const anchors = new Map(documents.map((document) => [document.file, document.anchors]));
  const anchorsOf = (file: string): readonly string[] => anchors.get(file) ?? [];

  it("link to files and headings that exist", () => {
    assert.deepEqual(
      documents.flatMap((document) => brokenLinks(document, files, anchorsOf)),
      [],
    );
  });

  it("name files that exist", () => {
    assert.deepEqual(
      documents
        .filter(({ file }) => file !== aboutOthers)
        .flatMap((document) => missingPaths(document, named)),
      [],
    );
  });

  it("are named, as other files are, by sources that know where they stand", () => {
    const sources = files.filter((file) => /\.(ts|c|h|cjs|csv)$/.test(file));
    assert.deepEqual(
      sources
        .filter((file) => !file.startsWith("test/tools/"))
        .flatMap((file) => missingInSource(file, readFileSync(join(root, file), "utf8"), files)),
      [],
    );
  });

  it("name npm scripts that exist", () => {
    const scripts = new Set([
      ...scriptsOf("package.json"),
      ...scriptsOf("template/project/package.json"),
    ]);
    assert.deepEqual(
      documents.flatMap((document) => unknownScripts(document, scripts)),
      [],
    );
  });

  it("show commands and options that the program has", () => {
    const program = makeProgram();
    assert.deepEqual(
      documents.flatMap((document) => unknownCommands(document, program)),
      [],
    );
  });
});

describe("a document with faults", () => {
  const files = [
    "docs/faulty.md",
    "docs/guides/board.md",
    "src/agent/agent.ts",
    "src/agent/life.ts",
  ];
  const faulty = parseDocument(
    "docs/faulty.md",
    [
      "# A heading, with `code`",
      "[one](guides/none.md) [two](#a-heading-with-code) [three](#none) [four](guides/board.md#none)",
      "`src/agent/gone.ts`, `agent.ts`, `gone.ts`, `src/{agent,none}`, `src/agent/*.ts`, `a/b`",
      "```sh",
      "npm run gone && npx provision serial gone",
      "provision serial list lamp --gone \\",
      "  --json # --other",
      "```",
    ].join("\n"),
  );

  it("is told each of them, with its line", () => {
    assert.deepEqual(
      brokenLinks(faulty, files, () => ["first-boot"]),
      [
        "docs/faulty.md:2: the link leads to docs/guides/none.md, which does not exist",
        "docs/faulty.md:2: docs/faulty.md has no heading #a-heading-with-code",
        "docs/faulty.md:2: docs/faulty.md has no heading #none",
        "docs/faulty.md:2: docs/guides/board.md has no heading #none",
      ],
    );
    assert.deepEqual(faulty.anchors, ["a-heading-with-code"]);
    assert.deepEqual(missingPaths(faulty, files), [
      "docs/faulty.md:3: there is no src/agent/gone.ts",
      "docs/faulty.md:3: there is no gone.ts",
    ]);
    assert.deepEqual(unknownScripts(faulty, new Set(["docs"])), [
      'docs/faulty.md:5: there is no npm script "gone"',
    ]);
    assert.deepEqual(unknownCommands(faulty, makeProgram()), [
      'docs/faulty.md:5: provision serial has no command "gone"',
      "docs/faulty.md:6: provision serial list has no option --gone",
    ]);
    assert.deepEqual(missingInSource("a.ts", "// see src/agent/gone.ts, ../src/none.ts", files), [
      "a.ts:1: there is no src/agent/gone.ts",
    ]);
  });
});
