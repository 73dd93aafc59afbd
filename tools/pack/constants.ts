// Constants of the module's level in the places that use them. Each use of a name costs a captured
// variable in the function that uses it; a number costs nothing.

import ts from "typescript";
import { declarationOf, isOfModule, Names, type Variable } from "./names.js";
import { rewrite } from "./syntax.js";

const { factory } = ts;
/** Characters of a text that is repeated in each place; longer ones only if there is one place. */
const repeatedTextLengthMax = 8;

/**
 * Numbers, booleans and short texts take the place of the constants that hold them. A constant that
 * nothing names any more stays: the next folding leaves it out.
 */
export function inlineConstants(text: string): string {
  const module = Names.of(text);
  const uses = module.uses();
  const counts = new Map<Variable, number>();
  for (const [, variable] of uses) counts.set(variable, (counts.get(variable) ?? 0) + 1);
  const values = new Map<Variable, ts.Expression>();
  for (const [variable, count] of counts) {
    // One of the uses is the declaration.
    const value = valueOf(variable, count - 1);
    if (value !== undefined) values.set(variable, value);
  }
  const valueAt = (node: ts.Identifier): ts.Expression | undefined => {
    const variable = module.variableOf(node);
    const value = variable === undefined ? undefined : values.get(variable);
    return value === undefined ? undefined : copyOf(value);
  };
  return rewrite(module.file, (children) => (node) => {
    if (ts.isExportDeclaration(node)) return node;
    if (ts.isShorthandPropertyAssignment(node)) {
      const value = valueAt(node.name);
      return value === undefined
        ? children(node)
        : factory.createPropertyAssignment(node.name.text, value);
    }
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const { name, initializer } = node;
      const value = ts.isIdentifier(initializer) ? valueAt(initializer) : undefined;
      const changed = value ?? (children(initializer) as ts.Expression);
      const isSame = ts.isIdentifier(initializer) && value === undefined;
      const kept = isSame ? initializer : changed;
      return factory.updateVariableDeclaration(node, name, undefined, undefined, kept);
    }
    return ts.isIdentifier(node) ? (valueAt(node) ?? node) : children(node);
  });
}

/** What a constant of the module holds, if it is worth writing in `places` places. */
function valueOf(variable: Variable, places: number): ts.Expression | undefined {
  const declaration = declarationOf(variable);
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const { name, initializer, parent } = declaration;
  const isConstant = (parent.flags & ts.NodeFlags.Const) !== 0 && ts.isIdentifier(name);
  if (!isConstant || initializer === undefined || !isOfModule(variable)) return undefined;
  if (ts.isStringLiteral(initializer)) {
    const isWorth = places === 1 || initializer.text.length <= repeatedTextLengthMax;
    return isWorth ? initializer : undefined;
  }
  return isNumber(initializer) || isBoolean(initializer) ? initializer : undefined;
}

function isNumber(node: ts.Expression): boolean {
  const { MinusToken } = ts.SyntaxKind;
  if (ts.isPrefixUnaryExpression(node) && node.operator === MinusToken) {
    return ts.isNumericLiteral(node.operand);
  }
  return ts.isNumericLiteral(node);
}

/** esbuild writes `!0` and `!1`. */
function isBoolean(node: ts.Expression): boolean {
  const { ExclamationToken, TrueKeyword, FalseKeyword } = ts.SyntaxKind;
  if (ts.isPrefixUnaryExpression(node) && node.operator === ExclamationToken) {
    return ts.isNumericLiteral(node.operand);
  }
  return node.kind === TrueKeyword || node.kind === FalseKeyword;
}

function copyOf(value: ts.Expression): ts.Expression {
  if (ts.isNumericLiteral(value)) return factory.createNumericLiteral(value.text);
  if (ts.isStringLiteral(value)) return factory.createStringLiteral(value.text);
  if (!ts.isPrefixUnaryExpression(value)) return factory.createToken(value.kind as never);
  const copy = factory.createPrefixUnaryExpression(
    value.operator,
    factory.createNumericLiteral((value.operand as ts.NumericLiteral).text),
  );
  return factory.createParenthesizedExpression(copy);
}
