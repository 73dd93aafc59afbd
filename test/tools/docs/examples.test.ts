// The TypeScript of the guides compiles, as a product's own files do.

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { readDocument, repositoryFiles } from "../../../tools/docs/document.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");

/** Device code knows no Node; tests do. */
function configFor(code: string): string {
  return /from "node:/.test(code) ? "template/test/tsconfig.json" : "template/tsconfig.json";
}

/** What the compiler says of `code`, as a file beside those of the template. */
function complaints(code: string): string[] {
  const config = join(root, configFor(code));
  const name = join(config, "..", "example.ts");
  const { config: json } = ts.readConfigFile(config, (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const parsed = ts.parseJsonConfigFileContent(json, ts.sys, join(config, ".."));
  const options = { ...parsed.options, noEmit: true, composite: false, incremental: false };
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.readFile = (path) => (path === name ? code : readFile(path));
  host.fileExists = (path) => path === name || fileExists(path);
  host.getSourceFile = (path, target) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, target);
  };
  const { projectReferences = [] } = parsed;
  const program = ts.createProgram({ rootNames: [name], options, projectReferences, host });
  const example = program.getSourceFile(name);
  const found = [
    ...program.getSyntacticDiagnostics(example),
    ...program.getSemanticDiagnostics(example),
  ];
  return found.map(({ messageText, file, start }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

describe("the examples of the documents", function () {
  this.timeout(120_000);
  const examples = repositoryFiles(root)
    .filter((file) => /^(docs\/.*|[A-Z]+)\.md$/.test(file) && !file.startsWith("docs/reference/"))
    .flatMap((file) => readDocument(root, file).blocks.map((block) => ({ file, ...block })))
    .filter(({ language }) => language === "ts");

  it("are there", () => {
    assert.ok(examples.length >= 2);
  });

  for (const { file, line, code } of examples) {
    it(`compile: ${file}:${line}`, () => {
      assert.deepEqual(complaints(code), []);
    });
  }

  it("are refused with a fault in them", () => {
    const [fault = ""] = complaints(
      'import { startAgent } from "provision-agent/device";\nstartAgent(1);\n',
    );
    assert.match(fault, /^line 2: .*not assignable/s);
    const [node = ""] = complaints("setTimeout(() => undefined, 1);\nexport {};\n");
    assert.match(node, /^line 1: .*setTimeout/s);
  });
});
