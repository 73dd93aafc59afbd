// One import for each thing of another module, however many modules of the bundle imported it.

import ts from "typescript";
import { Names, type Variable } from "./names.js";
import { rewrite } from "./syntax.js";

const { factory } = ts;

/** The variables of later imports are replaced by that of the first. */
export function mergeImports(text: string): string {
  const module = Names.of(text);
  const first = new Map<string, ts.Identifier>();
  const replaced = new Map<Variable, ts.Identifier>();
  const repeated = new Set<ts.Node>();
  for (const statement of module.file.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    for (const [imported, local, node] of importsOf(statement)) {
      const key = `${from} ${imported}`;
      const known = first.get(key);
      const variable = module.variableOf(local);
      if (known === undefined) first.set(key, local);
      else if (variable !== undefined) {
        replaced.set(variable, known);
        repeated.add(node);
      }
    }
  }
  return rewrite(module.file, (children) => (node) => {
    if (ts.isImportDeclaration(node)) return withoutRepeated(node, repeated);
    if (ts.isIdentifier(node)) return nameOf(node, module, replaced) ?? node;
    if (ts.isShorthandPropertyAssignment(node)) {
      const name = nameOf(node.name, module, replaced);
      if (name !== undefined) return factory.createPropertyAssignment(node.name.text, name);
    }
    return children(node);
  });
}

function nameOf(
  node: ts.Identifier,
  module: Names,
  replaced: ReadonlyMap<Variable, ts.Identifier>,
): ts.Identifier | undefined {
  const variable = module.variableOf(node);
  const known = variable === undefined ? undefined : replaced.get(variable);
  return known === undefined ? undefined : factory.createIdentifier(known.text);
}

/** What is imported, the variable, and the node to leave out. Namespaces stay as they are. */
function importsOf({ importClause }: ts.ImportDeclaration) {
  const found: (readonly [imported: string, local: ts.Identifier, node: ts.Node])[] = [];
  const { name, namedBindings } = importClause ?? {};
  if (name !== undefined) found.push(["default", name, name]);
  if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
    for (const each of namedBindings.elements) {
      found.push([(each.propertyName ?? each.name).text, each.name, each]);
    }
  }
  return found;
}

/** An import of nothing is still an import: the module may be one that only acts. */
function withoutRepeated(node: ts.ImportDeclaration, repeated: ReadonlySet<ts.Node>): ts.Node {
  const { importClause, moduleSpecifier } = node;
  const { name, namedBindings } = importClause ?? {};
  const isNamed = namedBindings !== undefined && ts.isNamedImports(namedBindings);
  const elements = isNamed ? namedBindings.elements.filter((each) => !repeated.has(each)) : [];
  const keptName = name === undefined || repeated.has(name) ? undefined : name;
  const keptBindings =
    isNamed && elements.length > 0 ? factory.createNamedImports(elements) : undefined;
  const bindings = isNamed ? keptBindings : namedBindings;
  if (importClause === undefined || (keptName === name && bindings === namedBindings)) return node;
  if (keptName === undefined && bindings === undefined) {
    return factory.createNotEmittedStatement(node);
  }
  const clause = factory.createImportClause(undefined, keptName, bindings);
  return factory.createImportDeclaration(undefined, clause, moduleSpecifier);
}
