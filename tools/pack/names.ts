// What the identifiers of a module name: which of them are variables, and which variables are one.

import ts from "typescript";
import { parse, walk } from "./syntax.js";

const fileName = "module.js";

/** A variable in the widest sense: constants, functions, classes, parameters and imports, too. */
export type Variable = ts.Symbol;

export class Names {
  readonly file: ts.SourceFile;
  readonly #checker: ts.TypeChecker;

  private constructor(file: ts.SourceFile, checker: ts.TypeChecker) {
    this.file = file;
    this.#checker = checker;
  }

  /** Throws an Error that names the first mistake in the text. */
  static of(text: string): Names {
    const file = parse(text);
    const host: ts.CompilerHost = {
      fileExists: (name) => name === fileName,
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => "",
      getDefaultLibFileName: () => "",
      getNewLine: () => "\n",
      getSourceFile: (name) => (name === fileName ? file : undefined),
      readFile: () => undefined,
      useCaseSensitiveFileNames: () => true,
      writeFile: () => undefined,
    };
    const options: ts.CompilerOptions = {
      allowJs: true,
      noLib: true,
      noResolve: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
    };
    return new Names(file, ts.createProgram([fileName], options, host).getTypeChecker());
  }

  /** Undefined for names of properties, labels, and what the module does not declare. */
  variableOf(identifier: ts.Identifier): Variable | undefined {
    const symbol = this.#symbolOf(identifier);
    const declaration = symbol === undefined ? undefined : declarationOf(symbol);
    return declaration !== undefined && isVariable(declaration) ? symbol : undefined;
  }

  /** Every identifier that names a variable of the module, in the order of the text. */
  uses(): readonly (readonly [identifier: ts.Identifier, variable: Variable])[] {
    const uses: (readonly [ts.Identifier, Variable])[] = [];
    walk(this.file, (node) => {
      if (!ts.isIdentifier(node)) return;
      const variable = this.variableOf(node);
      if (variable !== undefined) uses.push([node, variable]);
    });
    return uses;
  }

  /** Variables that something is assigned to after their declaration. */
  written(): ReadonlySet<Variable> {
    const written = new Set<Variable>();
    const write = (target: ts.Node): void => {
      walk(target, (node) => {
        const variable = ts.isIdentifier(node) ? this.variableOf(node) : undefined;
        if (variable !== undefined) written.add(variable);
      });
    };
    walk(this.file, (node) => {
      if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) {
        if (!ts.isPropertyAccessExpression(node.left)) write(node.left);
      } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
        const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
        const isStep = node.operator === PlusPlusToken || node.operator === MinusMinusToken;
        if (isStep && ts.isIdentifier(node.operand)) write(node.operand);
      } else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
        if (!ts.isVariableDeclarationList(node.initializer)) write(node.initializer);
      }
    });
    return written;
  }

  #symbolOf(identifier: ts.Identifier): ts.Symbol | undefined {
    const { parent } = identifier;
    if (ts.isShorthandPropertyAssignment(parent) && parent.name === identifier) {
      return this.#checker.getShorthandAssignmentValueSymbol(parent);
    }
    if (ts.isExportSpecifier(parent)) {
      if ((parent.propertyName ?? parent.name) !== identifier) return undefined;
      return this.#checker.getExportSpecifierLocalTargetSymbol(parent);
    }
    return isPropertyName(identifier) ? undefined : this.#checker.getSymbolAtLocation(identifier);
  }
}

/** Where a variable is declared first. */
export function declarationOf(variable: Variable): ts.Node | undefined {
  return variable.valueDeclaration ?? variable.declarations?.[0];
}

/** Whether a variable is the module's own or an import, and not one of a function or a block. */
export function isOfModule(variable: Variable): boolean {
  const declaration = declarationOf(variable);
  if (declaration === undefined || isNamedExpression(declaration)) return false;
  for (let node = declaration.parent; !ts.isSourceFile(node); node = node.parent) {
    const isPath =
      ts.isVariableDeclarationList(node) ||
      ts.isVariableStatement(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isObjectBindingPattern(node) ||
      ts.isArrayBindingPattern(node) ||
      ts.isBindingElement(node) ||
      ts.isImportClause(node) ||
      ts.isNamedImports(node) ||
      ts.isImportDeclaration(node);
    if (!isPath) return false;
  }
  return true;
}

/** A function or class expression with a name, which only its own body sees. */
export function isNamedExpression(node: ts.Node): boolean {
  return ts.isFunctionExpression(node) || ts.isClassExpression(node);
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function isVariable(declaration: ts.Node): boolean {
  return (
    ts.isVariableDeclaration(declaration) ||
    ts.isParameter(declaration) ||
    ts.isBindingElement(declaration) ||
    ts.isFunctionDeclaration(declaration) ||
    ts.isClassDeclaration(declaration) ||
    isNamedExpression(declaration) ||
    ts.isImportSpecifier(declaration) ||
    ts.isImportClause(declaration) ||
    ts.isNamespaceImport(declaration)
  );
}

/** Whether an identifier is the name of a property, an import's or export's, or a label. */
export function isPropertyName(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === identifier;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent)) {
    return parent.propertyName === identifier;
  }
  if (ts.isClassElement(parent) || ts.isPropertyAssignment(parent)) {
    return parent.name === identifier;
  }
  return (
    ts.isLabeledStatement(parent) ||
    ts.isBreakOrContinueStatement(parent) ||
    ts.isMetaProperty(parent)
  );
}
