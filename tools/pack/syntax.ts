// A module's text as a tree, and back. Every pass takes a text and gives one, so that each can be
// tested alone, and none sees what another has left in a tree.

import ts from "typescript";

export type Visit = (node: ts.Node) => ts.Node;

/** The tree of an ES module in JavaScript. Throws an Error that names the first mistake. */
export function parse(text: string): ts.SourceFile {
  const { ES2022 } = ts.ScriptTarget;
  const file = ts.createSourceFile("module.js", text, ES2022, true, ts.ScriptKind.JS);
  const { parseDiagnostics: mistakes = [] } = file as { parseDiagnostics?: ts.Diagnostic[] };
  const [mistake] = mistakes;
  if (mistake === undefined) return file;
  const { line } = file.getLineAndCharacterOfPosition(mistake.start ?? 0);
  throw new Error(`line ${line + 1}: ${ts.flattenDiagnosticMessageText(mistake.messageText, " ")}`);
}

/** Comments stay where their nodes stay. */
export function print(file: ts.SourceFile): string {
  return ts.createPrinter({ newLine: ts.NewLineKind.LineFeed }).printFile(file);
}

/**
 * The text of `file` with its nodes replaced. `makeVisit` gets a function that goes on with a node's
 * children, and gives the one that is asked about each node.
 */
export function rewrite(file: ts.SourceFile, makeVisit: (children: Visit) => Visit): string {
  const { transformed } = ts.transform(file, [
    (context) => (root) => {
      const visit: Visit = makeVisit((node) => ts.visitEachChild(node, (it) => visit(it), context));
      return ts.visitEachChild(root, visit, context);
    },
  ]);
  const [changed] = transformed;
  if (changed === undefined) throw new Error("a rewriting gave no module");
  return print(changed);
}

/** Calls `see` with each node of the tree, parents first. */
export function walk(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => {
    walk(child, see);
  });
}

/** Where a node stands, for messages: `line 12`. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `line ${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
}
