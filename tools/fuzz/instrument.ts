// Rewrites compiled modules so that they tell where they have been: a number for every function,
// branch, loop body, case and right side of a logical operator, and for every `===` how near its
// two sides are. What is told goes to coverage.ts.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const { factory } = ts;
const prelude = "const { hit: __hit, equal: __equal } = globalThis.__coverage;\n";

/** A change of one place of one module: a fault planted to be found. */
export interface Plant {
  /** As `http/chunked-body.js`. */
  readonly module: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * Copies folders of compiled modules from `source` to `target`, instrumented. Throws if a plant
 * does not fit exactly one place.
 */
export function instrumentFolders(
  source: string,
  folders: readonly string[],
  target: string,
  plant?: Plant,
): void {
  let sites = 0;
  let planted = 0;
  for (const folder of folders) {
    mkdirSync(join(target, folder), { recursive: true });
    for (const name of readdirSync(join(source, folder))) {
      if (!name.endsWith(".js")) continue;
      let text = readFileSync(join(source, folder, name), "utf8");
      if (plant?.module === `${folder}/${name}`) {
        if (text.split(plant.find).length !== 2) throw new Error(`${name}: no place for the plant`);
        text = text.replace(plant.find, () => plant.replace);
        planted += 1;
      }
      const module = new Instrumenter(name, text, sites);
      writeFileSync(join(target, folder, name), prelude + module.rewrite());
      sites = module.sites;
    }
  }
  if (plant !== undefined && planted !== 1) throw new Error(`no module ${plant.module}`);
}

class Instrumenter {
  sites: number;
  readonly #file: ts.SourceFile;

  constructor(name: string, text: string, sites: number) {
    this.#file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
    this.sites = sites;
  }

  rewrite(): string {
    const { transformed } = ts.transform(this.#file, [
      (context) => (file) => {
        const visit = (node: ts.Node): ts.Node => {
          return this.#mark(ts.visitEachChild(node, visit, context));
        };
        return ts.visitEachChild(file, visit, context);
      },
    ]);
    const [file] = transformed;
    if (file === undefined) throw new Error("nothing came of the transformation");
    return ts.createPrinter().printFile(file);
  }

  #mark(node: ts.Node): ts.Node {
    if (ts.isIfStatement(node)) {
      const other = this.#block(node.elseStatement ?? factory.createBlock([]));
      const then = this.#block(node.thenStatement);
      return factory.updateIfStatement(node, node.expression, then, other);
    }
    if (ts.isCaseClause(node)) {
      return factory.updateCaseClause(node, node.expression, [
        this.#statement(),
        ...node.statements,
      ]);
    }
    if (ts.isDefaultClause(node)) {
      return factory.updateDefaultClause(node, [this.#statement(), ...node.statements]);
    }
    if (ts.isConditionalExpression(node)) {
      return factory.updateConditionalExpression(
        node,
        node.condition,
        node.questionToken,
        this.#expression(node.whenTrue),
        node.colonToken,
        this.#expression(node.whenFalse),
      );
    }
    if (ts.isBinaryExpression(node)) return this.#markBinary(node);
    // Bodies of functions, methods, accessors, loops and catch clauses; every other block too.
    if (ts.isBlock(node)) return this.#block(node);
    return node;
  }

  #markBinary(node: ts.BinaryExpression): ts.Expression {
    const { left, right, operatorToken } = node;
    switch (operatorToken.kind) {
      case ts.SyntaxKind.AmpersandAmpersandToken:
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionToken:
        return factory.updateBinaryExpression(node, left, operatorToken, this.#expression(right));
      case ts.SyntaxKind.EqualsEqualsEqualsToken:
        return this.#call("__equal", left, right);
      case ts.SyntaxKind.ExclamationEqualsEqualsToken:
        return factory.createLogicalNot(this.#call("__equal", left, right));
      default:
        return node;
    }
  }

  #block(statement: ts.Statement): ts.Block {
    const inner = ts.isBlock(statement) ? [...statement.statements] : [statement];
    return factory.createBlock([this.#statement(), ...inner], true);
  }

  #statement(): ts.Statement {
    return factory.createExpressionStatement(this.#call("__hit"));
  }

  #expression(expression: ts.Expression): ts.Expression {
    return factory.createParenthesizedExpression(
      factory.createComma(this.#call("__hit"), expression),
    );
  }

  #call(name: string, ...rest: ts.Expression[]): ts.Expression {
    const site = factory.createNumericLiteral((this.sites += 1));
    return factory.createCallExpression(factory.createIdentifier(name), undefined, [site, ...rest]);
  }
}
