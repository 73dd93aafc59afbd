// Mutants made from the source: in the files that decide the order of the agent's writes, each
// write is dropped, and each is moved behind the next one beside it. The list follows the source.
//
// A write is a call of what changes flash: `write`, `delete` or `eraseBlock` of a port, or any
// function of the files below that makes such a call, however far down.

import { readFileSync } from "node:fs";
import ts from "typescript";

export interface WriteMutant {
  /** File, function, what is done to which write: names it in the table of the equivalents. */
  readonly name: string;
  /** Compiled, from the root of the build. */
  readonly file: string;
  /** The whole module, compiled. */
  readonly source: string;
}

/** The files that are mutated. */
const mutated = [
  "src/agent/slots/slots.ts",
  "src/agent/slots/records.ts",
  "src/agent/slots/trial-run.ts",
  "src/agent/device-key.ts",
];
/** Those that tell which functions write. */
const read = [...mutated, "src/agent/update/progress.ts", "src/flash/otadata-writer.ts"];
const primitives = ["write", "delete", "eraseBlock"];

const root = new URL("../../../../", import.meta.url);

/** All of them, in the order of the source. Throws if the sources are not there. */
export function writeMutants(): WriteMutant[] {
  const files = new Map(read.map((path) => [path, parse(path)]));
  const writers = findWriters([...files.values()]);
  const mutants = mutated.flatMap((path) => {
    const file = files.get(path);
    return file === undefined ? [] : mutantsOf(path, file, writers);
  });
  const seen = new Map<string, number>();
  return mutants.map((mutant) => {
    const count = (seen.get(mutant.name) ?? 0) + 1;
    seen.set(mutant.name, count);
    return count === 1 ? mutant : { ...mutant, name: `${mutant.name} (${count})` };
  });
}

function parse(path: string): ts.SourceFile {
  const text = readFileSync(new URL(path, root), "utf8");
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
}

/** Names of the functions that write; of those that also return true for success, "boolean". */
type Writers = ReadonlyMap<string, "boolean" | "other">;

function findWriters(files: readonly ts.SourceFile[]): Writers {
  const writers = new Map<string, "boolean" | "other">(primitives.map((name) => [name, "other"]));
  for (let size = 0; size !== writers.size;) {
    size = writers.size;
    for (const file of files) {
      walk(file, (node) => {
        if (!ts.isMethodDeclaration(node) && !ts.isFunctionDeclaration(node)) return;
        const name = node.name?.getText();
        if (name === undefined || writers.has(name) || !holdsWrite(node.body, writers)) return;
        const isBoolean = node.type?.kind === ts.SyntaxKind.BooleanKeyword;
        writers.set(name, isBoolean ? "boolean" : "other");
      });
    }
  }
  return writers;
}

function mutantsOf(path: string, file: ts.SourceFile, writers: Writers): WriteMutant[] {
  const mutants: WriteMutant[] = [];
  const add = (node: ts.Node, what: string, changed: string): void => {
    const name = `${path}: ${functionOf(node)} ${what}`;
    mutants.push({ name, file: path.replace(/ts$/, "js"), source: compile(changed) });
  };
  walk(file, (node) => {
    if (ts.isCallExpression(node) && writers.has(calleeOf(node))) {
      const dropped = dropOf(node, writers);
      if (dropped !== undefined) {
        add(node, `drops ${brief(node)}`, replaced(file.text, dropped.node, dropped.text));
      }
    }
    for (const [one, next] of neighbours(node, writers)) {
      add(one, `moves ${brief(one)} behind ${brief(next)}`, movedBehind(file.text, one, next));
    }
  });
  return mutants;
}

/** What a call is replaced by; nothing if its value is more than whether it went well. */
function dropOf(
  call: ts.CallExpression,
  writers: Writers,
): { node: ts.Node; text: string } | undefined {
  const { parent } = call;
  if (ts.isExpressionStatement(parent)) return { node: parent, text: ";" };
  return writers.get(calleeOf(call)) === "boolean" ? { node: call, text: "true" } : undefined;
}

/** Pairs of statements of one list that both write, with nothing between them that does. */
function* neighbours(
  list: ts.Node,
  writers: Writers,
): Generator<readonly [ts.Statement, ts.Statement]> {
  if (!ts.isBlock(list) && !ts.isCaseOrDefaultClause(list)) return;
  let last: ts.Statement | undefined;
  for (const statement of list.statements) {
    if (!holdsWrite(statement, writers)) continue;
    if (last !== undefined) yield [last, statement];
    last = statement;
  }
}

function replaced(text: string, node: ts.Node, replacement: string): string {
  return text.slice(0, node.getStart()) + replacement + text.slice(node.getEnd());
}

function movedBehind(text: string, one: ts.Statement, next: ts.Statement): string {
  const moved = text.slice(one.getStart(), one.getEnd());
  const between = text.slice(one.getEnd(), next.getEnd());
  return `${text.slice(0, one.getStart())}${between}\n${moved}${text.slice(next.getEnd())}`;
}

function holdsWrite(node: ts.Node | undefined, writers: Writers): boolean {
  let found = false;
  walk(node, (inner) => {
    found ||= ts.isCallExpression(inner) && writers.has(calleeOf(inner));
  });
  return found;
}

/** The last name of what is called. */
function calleeOf({ expression }: ts.CallExpression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : "";
}

function functionOf(node: ts.Node): string {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isMethodDeclaration(at) || ts.isFunctionDeclaration(at)) return at.name?.getText() ?? "";
    if (ts.isConstructorDeclaration(at)) return "constructor";
  }
  return "";
}

/** A statement or call in one line. */
function brief(node: ts.Node): string {
  const text = node.getText().replace(/\s+/g, " ").replace(/;$/, "");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function walk(node: ts.Node | undefined, visit: (node: ts.Node) => void): void {
  if (node === undefined) return;
  visit(node);
  node.forEachChild((child) => {
    walk(child, visit);
  });
}

function compile(text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}
