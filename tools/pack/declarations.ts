// The declarations of a bundle's own level as XS wants them.
//
// esbuild makes every one a `var`; XS preloads a `var` with a slot that can be written, and copies
// it into RAM at the first write. A function made by `function` has a `prototype` that nothing of
// ours uses: two slots and a constructor, against none for an arrow.

import ts from "typescript";
import { Names, type Variable } from "./names.js";
import { print, rewrite, walk } from "./syntax.js";

const { factory } = ts;

/** `var` at the module's level becomes `const`, `let` if it is written again, or a class. */
export function restoreDeclarations(text: string): string {
  const module = Names.of(text);
  const written = module.written();
  const statements = module.file.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [statement];
    return statement.declarationList.declarations.map((declaration) => {
      const variable = ts.isIdentifier(declaration.name)
        ? module.variableOf(declaration.name)
        : undefined;
      const isConstant = variable !== undefined && !written.has(variable);
      return (
        (isConstant ? classOf(declaration) : undefined) ??
        variableStatement(statement, declaration, isConstant)
      );
    });
  });
  return oneNameForClasses(print(factory.updateSourceFile(module.file, statements)));
}

/** `X = class {}` as `class X {}`. */
function classOf({ name, initializer }: ts.VariableDeclaration): ts.Statement | undefined {
  if (initializer === undefined || !ts.isClassExpression(initializer)) return undefined;
  if (!ts.isIdentifier(name)) return undefined;
  if (initializer.name !== undefined) return undefined;
  const { heritageClauses, members } = initializer;
  return factory.createClassDeclaration(undefined, name, undefined, heritageClauses, members);
}

function variableStatement(
  { modifiers }: ts.VariableStatement,
  declaration: ts.VariableDeclaration,
  isConstant: boolean,
): ts.Statement {
  const { Const, Let } = ts.NodeFlags;
  const flags = isConstant && declaration.initializer !== undefined ? Const : Let;
  const list = factory.createVariableDeclarationList([declaration], flags);
  return factory.createVariableStatement(modifiers, list);
}

/** `const X = class _X {}`, which names itself, as `class X {}`. */
function oneNameForClasses(text: string): string {
  const module = Names.of(text);
  const outerNames = new Map<Variable, string>();
  for (const statement of module.file.statements) {
    const own = namedClassOf(statement, module);
    if (own !== undefined) outerNames.set(own.inner, own.outer);
  }
  return rewrite(module.file, (children) => {
    return (node) => {
      if (ts.isIdentifier(node)) {
        const variable = module.variableOf(node);
        const outer = variable === undefined ? undefined : outerNames.get(variable);
        return outer === undefined ? node : factory.createIdentifier(outer);
      }
      const own = ts.isVariableStatement(node) ? namedClassOf(node, module) : undefined;
      if (own === undefined) return children(node);
      const { heritageClauses, members } = children(own.value) as ts.ClassExpression;
      const name = factory.createIdentifier(own.outer);
      return factory.createClassDeclaration(undefined, name, undefined, heritageClauses, members);
    };
  });
}

function namedClassOf(
  statement: ts.Statement,
  module: Names,
): { inner: Variable; outer: string; value: ts.ClassExpression } | undefined {
  if (!ts.isVariableStatement(statement)) return undefined;
  const { declarations, flags } = statement.declarationList;
  const [declaration] = declarations;
  if (declaration === undefined || declarations.length > 1) return undefined;
  const { name, initializer: value } = declaration;
  if ((flags & ts.NodeFlags.Const) === 0 || !ts.isIdentifier(name)) return undefined;
  if (value === undefined || !ts.isClassExpression(value) || value.name === undefined) {
    return undefined;
  }
  const inner = module.variableOf(value.name);
  return inner === undefined ? undefined : { inner, outer: name.text, value };
}

/**
 * Functions of the module's level become arrows, in the order in which they stood, before everything
 * else: nothing may run before a function that it calls. One that is constructed, or that uses
 * `this` or `arguments`, stays as it is.
 */
export function arrowFunctions(text: string): string {
  const module = Names.of(text);
  const constructed = constructedIn(module);
  const imports: ts.Statement[] = [];
  const functions: ts.Statement[] = [];
  const rest: ts.Statement[] = [];
  for (const statement of module.file.statements) {
    if (ts.isImportDeclaration(statement)) imports.push(statement);
    else if (ts.isFunctionDeclaration(statement)) {
      const arrow = arrowOf(statement, module, constructed);
      (arrow === undefined ? rest : functions).push(arrow ?? statement);
    } else rest.push(statement);
  }
  return print(factory.updateSourceFile(module.file, [...imports, ...functions, ...rest]));
}

/** Variables after `new` or `extends`, or asked for their prototype. */
function constructedIn(module: Names): ReadonlySet<Variable> {
  const constructed = new Set<Variable>();
  const add = (node: ts.Node): void => {
    const variable = ts.isIdentifier(node) ? module.variableOf(node) : undefined;
    if (variable !== undefined) constructed.add(variable);
  };
  walk(module.file, (node) => {
    if (ts.isNewExpression(node) || ts.isExpressionWithTypeArguments(node)) add(node.expression);
    if (ts.isPropertyAccessExpression(node) && node.name.text === "prototype") add(node.expression);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword)
      add(node.right);
  });
  return constructed;
}

function arrowOf(
  statement: ts.FunctionDeclaration,
  module: Names,
  constructed: ReadonlySet<Variable>,
): ts.Statement | undefined {
  const { name, body, parameters, asteriskToken, modifiers = [] } = statement;
  if (name === undefined || body === undefined || asteriskToken !== undefined) return undefined;
  const variable = module.variableOf(name);
  if (variable === undefined || constructed.has(variable) || hasOwnThis(body)) return undefined;
  if (parameters.some(hasOwnThis)) return undefined;
  const { AsyncKeyword, ExportKeyword, EqualsGreaterThanToken } = ts.SyntaxKind;
  const isKind = (kind: ts.SyntaxKind) => (modifier: ts.ModifierLike) => modifier.kind === kind;
  const arrow = factory.createArrowFunction(
    modifiers.filter(isKind(AsyncKeyword)) as ts.Modifier[],
    undefined,
    parameters,
    undefined,
    factory.createToken(EqualsGreaterThanToken),
    body,
  );
  const declaration = factory.createVariableDeclaration(name, undefined, undefined, arrow);
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  return factory.createVariableStatement(modifiers.filter(isKind(ExportKeyword)), list);
}

/** Whether the code uses a function's own `this`, `arguments` or `new.target`. */
function hasOwnThis(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword || ts.isMetaProperty(node)) return true;
  if (ts.isIdentifier(node) && node.text === "arguments") return true;
  const isAnother =
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isClassLike(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isAccessor(node);
  if (isAnother) return false;
  return ts.forEachChild(node, (child) => hasOwnThis(child) || undefined) ?? false;
}
