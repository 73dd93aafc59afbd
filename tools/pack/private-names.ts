// Private names as ordinary properties.
//
// The compiler has checked by now that nobody outside a class uses its private names. In XS each
// costs more than a property: a key and a captured variable for every method that uses it, and a
// private method a slot in every instance. The properties are called $0, $1 ... in each class anew,
// so that all classes share the keys; a class that extends another goes on where that one ends.
//
// What differs then: such a property is seen by whoever lists an object's properties. Nothing here
// may therefore ask whether an object has a private name, copy `this`, or use the names of the pool.

import ts from "typescript";
import { Names } from "./names.js";
import { placeOf, rewrite, walk } from "./syntax.js";

const { factory } = ts;
const pooledName = /^\$[0-9a-z]+$/;

/** Throws an Error that names the place, for what cannot be told apart any more. */
export function privateNamesAsProperties(text: string): string {
  const module = Names.of(text);
  refuse(module.file);
  const pool = new ClassPools(module);
  return rewrite(module.file, (children) => {
    // The innermost first.
    const classes: ts.ClassLikeDeclaration[] = [];
    return (node) => {
      if (ts.isClassLike(node)) {
        classes.unshift(node);
        const changed = children(node);
        classes.shift();
        return changed;
      }
      if (!ts.isPrivateIdentifier(node)) return children(node);
      const owner = classes.find((each) => pool.namesOf(each).has(node.text));
      const name = owner === undefined ? undefined : pool.namesOf(owner).get(node.text);
      if (name === undefined) throw new Error(`${placeOf(node)}: no class has ${node.text}`);
      return factory.createIdentifier(name);
    };
  });
}

class ClassPools {
  readonly #module: Names;
  readonly #names = new Map<ts.ClassLikeDeclaration, ReadonlyMap<string, string>>();

  constructor(module: Names) {
    this.#module = module;
  }

  /** The property's name by the private name, `#` included. */
  namesOf(node: ts.ClassLikeDeclaration): ReadonlyMap<string, string> {
    const known = this.#names.get(node);
    if (known !== undefined) return known;
    const names = new Map<string, string>();
    let next = this.#countOf(node) - privateNamesOf(node).length;
    for (const name of privateNamesOf(node)) names.set(name, `$${(next++).toString(36)}`);
    this.#names.set(node, names);
    return names;
  }

  /** Of the class and all that it extends. */
  #countOf(node: ts.ClassLikeDeclaration): number {
    const base = this.#baseOf(node);
    return privateNamesOf(node).length + (base === undefined ? 0 : this.#countOf(base));
  }

  /** Undefined for none, and for one of another module, which has no name of the pool. */
  #baseOf(node: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration | undefined {
    const [clause] = node.heritageClauses ?? [];
    const [base] = clause?.types ?? [];
    if (base === undefined) return undefined;
    const { expression } = base;
    if (!ts.isIdentifier(expression)) {
      if (privateNamesOf(node).length === 0) return undefined;
      throw new Error(`${placeOf(node)}: a class with private names extends what has no name`);
    }
    const declaration = this.#module.variableOf(expression)?.valueDeclaration;
    if (declaration === undefined || ts.isClassLike(declaration)) return declaration;
    const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    if (value !== undefined && ts.isClassLike(value)) return value;
    if (privateNamesOf(node).length === 0) return undefined;
    throw new Error(`${placeOf(node)}: ${expression.text} is extended, and may be any class`);
  }
}

/** In the order of their declaration; getter and setter have one name. */
function privateNamesOf(node: ts.ClassLikeDeclaration): string[] {
  const names = node.members.flatMap(({ name }) => {
    return name !== undefined && ts.isPrivateIdentifier(name) ? [name.text] : [];
  });
  return [...new Set(names)];
}

function refuse(file: ts.SourceFile): void {
  walk(file, (node) => {
    if (ts.isIdentifier(node) && pooledName.test(node.text)) {
      throw new Error(`${placeOf(node)}: ${node.text} is a name of the pool`);
    }
    if (ts.isBinaryExpression(node) && ts.isPrivateIdentifier(node.left)) {
      throw new Error(`${placeOf(node)}: it asks whether an object has ${node.left.text}`);
    }
    const isSpread = ts.isSpreadAssignment(node) || ts.isSpreadElement(node);
    if (isSpread && node.expression.kind === ts.SyntaxKind.ThisKeyword) {
      throw new Error(`${placeOf(node)}: it copies an object with its private names`);
    }
  });
}
