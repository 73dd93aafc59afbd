// Variables under names that the program has anyway.
//
// Each name, that of a local variable included, is a key in ROM; the names of properties are there
// in any case, and variables can share them: what a variable is called means nothing to XS. The
// result is not for reading.

import ts from "typescript";
import {
  declarationOf,
  isNamedExpression,
  isOfModule,
  isPropertyName,
  Names,
  type Variable,
} from "./names.js";
import { rewrite, walk } from "./syntax.js";

const { factory } = ts;

/** What no variable may be called, beside the names that are used for what others declare. */
const reservedPattern =
  /^(?:arguments|as|async|await|break|case|catch|class|const|constructor|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|from|function|get|if|implements|import|in|instanceof|interface|let|new|null|of|package|private|protected|public|return|set|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield)$/;

/** Variables of functions share one set of names, those of the module have another. */
export function renameVariables(text: string): string {
  const module = Names.of(text);
  const uses = module.uses().filter(([, variable]) => !isExportedByName(variable));
  const variables = [...new Set(uses.map(([, variable]) => variable))];
  const ofModule = variables.filter((variable) => isOfModule(variable));
  const locals = localPlaces(
    module.file,
    variables.filter((variable) => !isOfModule(variable)),
  );
  const pool = namePool(module);
  const localCount = Math.max(0, ...[...locals.values()].map((place) => place + 1));
  const names = new Map<Variable, string>();
  for (const [variable, place] of locals) names.set(variable, pool(place));
  ofModule.forEach((variable, at) => names.set(variable, pool(localCount + at)));
  const newNames = new Map(
    uses.map(([identifier, variable]) => [identifier, names.get(variable)] as const),
  );
  return rewrite(module.file, (children) => (node) => renamed(node, newNames, children));
}

/**
 * The place of each variable of a function in the set of names: variables of one function, and of
 * the functions within it, have different ones.
 */
function localPlaces(file: ts.SourceFile, locals: readonly Variable[]): Map<Variable, number> {
  const byFunction = new Map<ts.Node, Variable[]>();
  for (const variable of locals) {
    const owner = functionAround(variable);
    byFunction.set(owner, [...(byFunction.get(owner) ?? []), variable]);
  }
  const places = new Map<Variable, number>();
  const assign = (node: ts.Node, start: number): void => {
    let next = start;
    for (const variable of byFunction.get(node) ?? []) places.set(variable, next++);
    ts.forEachChild(node, (child) => {
      assign(child, next);
    });
  };
  assign(file, 0);
  return places;
}

/** `export const a`: other modules know the variable by its name. Not so after `export { a as b }`. */
function isExportedByName(variable: Variable): boolean {
  const declaration = declarationOf(variable);
  if (declaration === undefined) return false;
  return (
    (ts.getCombinedModifierFlags(declaration as ts.Declaration) & ts.ModifierFlags.Export) !== 0
  );
}

function functionAround(variable: Variable): ts.Node {
  const declaration = declarationOf(variable);
  if (declaration === undefined) throw new Error(`${variable.name} is declared nowhere`);
  // A named expression's name is seen within it only, but must not hide what is used there.
  let node = isNamedExpression(declaration) ? declaration : declaration.parent;
  while (!ts.isSourceFile(node) && !ts.isFunctionLike(node) && !isNamedExpression(node)) {
    if (ts.isClassStaticBlockDeclaration(node) || ts.isPropertyDeclaration(node)) break;
    node = node.parent;
  }
  return node;
}

/** Names by number, without end: those of properties first. */
function namePool(module: Names): (place: number) => string {
  const taken = new Set<string>();
  const properties = new Set<string>();
  walk(module.file, (node) => {
    if (!ts.isIdentifier(node)) return;
    const variable = module.variableOf(node);
    if (isPropertyName(node)) properties.add(node.text);
    else if (variable === undefined || isExportedByName(variable)) taken.add(node.text);
  });
  // A shorthand property keeps its name as a property; its variable gets another.
  walk(module.file, (node) => {
    const isShort =
      ts.isShorthandPropertyAssignment(node) ||
      (ts.isBindingElement(node) &&
        ts.isObjectBindingPattern(node.parent) &&
        node.propertyName === undefined);
    if (isShort && ts.isIdentifier(node.name)) properties.add(node.name.text);
  });
  const names = [...properties].filter((name) => !taken.has(name) && !reservedPattern.test(name));
  return (place) => names[place] ?? `v${place}`;
}

function renamed(
  node: ts.Node,
  newNames: ReadonlyMap<ts.Identifier, string | undefined>,
  children: (node: ts.Node) => ts.Node,
): ts.Node {
  const nameOf = (identifier: ts.Node | undefined): ts.Identifier | undefined => {
    const name =
      identifier !== undefined && ts.isIdentifier(identifier)
        ? newNames.get(identifier)
        : undefined;
    return name === undefined ? undefined : factory.createIdentifier(name);
  };
  if (ts.isIdentifier(node)) return nameOf(node) ?? node;
  if (ts.isShorthandPropertyAssignment(node)) {
    const value = nameOf(node.name);
    return value === undefined ? node : factory.createPropertyAssignment(node.name.text, value);
  }
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
    const name = nameOf(node.name);
    if (name !== undefined && node.propertyName === undefined && !node.dotDotDotToken) {
      const initializer = node.initializer && (children(node) as ts.BindingElement).initializer;
      const property = factory.createIdentifier((node.name as ts.Identifier).text);
      return factory.createBindingElement(undefined, property, name, initializer);
    }
  }
  if (ts.isImportSpecifier(node)) {
    const imported = factory.createIdentifier((node.propertyName ?? node.name).text);
    return factory.createImportSpecifier(false, imported, nameOf(node.name) ?? node.name);
  }
  if (ts.isExportSpecifier(node)) {
    const local = nameOf(node.propertyName ?? node.name);
    if (local === undefined) return node;
    return factory.createExportSpecifier(false, local, factory.createIdentifier(node.name.text));
  }
  return children(node);
}
