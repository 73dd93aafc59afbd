// What the package's entry points export, read from the compiled declarations: names, types and the
// sentences of their comments.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { heritage, parameters, plain, signatureText, tagText } from "./declaration-text.js";

export interface Member {
  /** As it is declared: "chunkBytes?: number". */
  readonly declaration: string;
  /** Its comment. Empty: it has none. */
  readonly text: string;
  /** Of an object type that has no name. */
  readonly members: readonly Member[];
}

export type ExportKind = "class" | "constant" | "function" | "interface" | "type";

export interface Export extends Member {
  readonly name: string;
  readonly kind: ExportKind;
}

export interface Entry {
  /** What a program imports: "provision-agent/device". */
  readonly specifier: string;
  /** The comment at the top of its source. */
  readonly text: string;
  readonly exports: readonly Export[];
  /** What is missing, one line each: a sentence, or a type that an export names and nobody can. */
  readonly complaints: readonly string[];
}

interface PackageFile {
  readonly name: string;
  /** A compiled file, or the declarations and the file that a program loads. */
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

/** The entry points of package.json, in its order. The project must be compiled. */
export function readEntries(root: string): Entry[] {
  const { name, exports } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as PackageFile;
  const files = Object.entries(exports)
    .map(([key, entry]) => ({
      specifier: name + key.slice(1),
      path: join(root, typeof entry === "string" ? entry.replace(/\.js$/, ".d.ts") : entry.types),
    }))
    .filter(({ path }) => path.endsWith(".d.ts"));
  const paths = files.map(({ path }) => path);
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] };
  const program = ts.createProgram(paths, { ...options, noEmit: true, skipLibCheck: true });
  return files.map(({ specifier, path }) => new EntryReader(program, root, specifier, path).read());
}

const modifiersHidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;

class EntryReader {
  readonly #checker: ts.TypeChecker;
  readonly #source: ts.SourceFile;
  readonly #exported = new Set<ts.Symbol>();
  readonly #complaints = new Set<string>();

  constructor(
    program: ts.Program,
    readonly root: string,
    readonly specifier: string,
    path: string,
  ) {
    this.#checker = program.getTypeChecker();
    const source = program.getSourceFile(path);
    if (source === undefined) throw new Error(`${path} is not there: compile the project first`);
    this.#source = source;
  }

  read(): Entry {
    const module = this.#checker.getSymbolAtLocation(this.#source);
    const symbols = module === undefined ? [] : this.#checker.getExportsOfModule(module);
    const targets = symbols.map((symbol) => ({ name: symbol.name, symbol: this.#target(symbol) }));
    for (const { symbol } of targets) this.#exported.add(symbol);
    const exports = targets
      .map(({ name, symbol }) => this.#export(name, symbol))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    return {
      specifier: this.specifier,
      text: this.#openingComment(),
      exports,
      complaints: [...this.#complaints],
    };
  }

  /** What a re-export stands for. */
  #target(symbol: ts.Symbol): ts.Symbol {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    return isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #export(name: string, symbol: ts.Symbol): Export {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) throw new Error(`${name} has no declaration`);
    const text = this.#textOf(symbol, name);
    for (const node of namingParts(declaration)) this.#checkNames(node, name);
    if (ts.isFunctionDeclaration(declaration)) {
      const members = declaration.parameters.flatMap(({ type }) => this.#membersOfNode(type, name));
      const line = `${name}${signatureText(declaration)}`;
      return { name, kind: "function", declaration: line, text, members };
    }
    if (ts.isClassDeclaration(declaration)) {
      const members = this.#classMembers(declaration, name);
      return { name, kind: "class", declaration: `${name}${heritage(declaration)}`, text, members };
    }
    if (ts.isVariableDeclaration(declaration)) {
      const line = `${name}: ${plain(declaration.type?.getText() ?? "unknown")}`;
      return { name, kind: "constant", declaration: line, text, members: [] };
    }
    if (ts.isInterfaceDeclaration(declaration)) {
      const members = this.#propertiesOf(this.#checker.getDeclaredTypeOfSymbol(symbol), name);
      const line = `${name}${parameters(declaration)}${heritage(declaration)}`;
      return { name, kind: "interface", declaration: line, text, members };
    }
    if (ts.isTypeAliasDeclaration(declaration)) {
      const line = `${name}${parameters(declaration)} = ${plain(declaration.type.getText())}`;
      const members = this.#aliasMembers(declaration, name);
      return { name, kind: "type", declaration: line, text, members };
    }
    throw new Error(`${name} is of a kind that the reference does not know`);
  }

  #aliasMembers({ type }: ts.TypeAliasDeclaration, name: string): Member[] {
    if (ts.isUnionTypeNode(type)) {
      return type.types.flatMap((part) => this.#membersOfNode(part, name));
    }
    // Such as Partial<Options>: the members are declared elsewhere, and are members all the same.
    const isOfObjects = ts.isTypeReferenceNode(type) || ts.isIntersectionTypeNode(type);
    if (!isOfObjects) return this.#membersOfNode(type, name);
    const properties = this.#checker.getTypeFromTypeNode(type);
    return properties.isUnion() ? [] : this.#propertiesOf(properties, name);
  }

  /** Members of the object types without a name in `node`. */
  #membersOfNode(node: ts.TypeNode | undefined, name: string): Member[] {
    if (node === undefined) return [];
    const members: Member[] = [];
    const visit = (child: ts.Node): void => {
      if (ts.isTypeLiteralNode(child)) {
        members.push(...this.#propertiesOf(this.#checker.getTypeFromTypeNode(child), name));
      } else if (ts.isTypeOperatorNode(child) || !ts.isTypeReferenceNode(child)) {
        ts.forEachChild(child, visit);
      }
    };
    visit(node);
    return members;
  }

  #classMembers(declaration: ts.ClassDeclaration, name: string): Member[] {
    return declaration.members.flatMap((member) => {
      if ((ts.getCombinedModifierFlags(member) & modifiersHidden) !== 0) return [];
      if (ts.isConstructorDeclaration(member)) {
        const owner = `${name}'s constructor`;
        const isBare = member.parameters.length === 0;
        const text = isBare ? "" : this.#commentOf(member, owner);
        const members = member.parameters.flatMap(({ type }) => this.#membersOfNode(type, owner));
        return isBare
          ? []
          : [{ declaration: `new ${name}${signatureText(member)}`, text, members }];
      }
      if (member.name === undefined || ts.isPrivateIdentifier(member.name)) return [];
      const symbol = this.#checker.getSymbolAtLocation(member.name);
      return symbol === undefined ? [] : [this.#member(symbol, member, name)];
    });
  }

  /** The properties of a type that this project declares, but for those of another export. */
  #propertiesOf(type: ts.Type, name: string): Member[] {
    return this.#checker.getPropertiesOfType(type).flatMap((property) => {
      const [declaration] = property.declarations ?? [];
      if (declaration === undefined || !this.#isOurs(declaration)) return [];
      const parent = this.#checker.getSymbolAtLocation(
        (declaration.parent as ts.NamedDeclaration).name ?? declaration.parent,
      );
      const isInherited = parent !== undefined && this.#exported.has(parent);
      if (isInherited && parent.name !== name) return [];
      if (isDiscriminant(declaration)) return [];
      return [this.#member(property, declaration, name)];
    });
  }

  #member(symbol: ts.Symbol, declaration: ts.Declaration, owner: string): Member {
    const name = `${owner}.${symbol.name}`;
    this.#checkNames(declaration, name);
    const text = this.#textOf(symbol, name);
    const { type } = declaration as { readonly type?: ts.TypeNode };
    const line = plain(declaration.getText().replace(/;$/, ""));
    return { declaration: line, text, members: this.#membersOfNode(type, name) };
  }

  #textOf(symbol: ts.Symbol, name: string): string {
    const parts = symbol.getDocumentationComment(this.#checker);
    const tags = symbol.getJsDocTags(this.#checker).map(tagText);
    return this.#checked([ts.displayPartsToString(parts), ...tags], name);
  }

  /** Of a constructor, which has no symbol of its own. */
  #commentOf(node: ts.Node, name: string): string {
    const comments = ts.getJSDocCommentsAndTags(node).map((doc) => {
      return ts.getTextOfJSDocComment(doc.comment) ?? "";
    });
    return this.#checked(comments, name);
  }

  #checked(texts: readonly string[], name: string): string {
    const text = plain(texts.filter((part) => part !== "").join(" "));
    if (text === "") this.#complaints.add(`${this.specifier}: ${name} has no sentence`);
    return text;
  }

  /** Complains of types of this project that the entry point does not export. */
  #checkNames(declaration: ts.Node, name: string): void {
    const visit = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
        const reference = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
        const symbol = this.#checker.getSymbolAtLocation(reference);
        if (symbol !== undefined) this.#checkName(this.#target(symbol), name);
      }
      const isHidden = ts.canHaveModifiers(node) && hasHiddenModifier(node);
      if (!isHidden) ts.forEachChild(node, visit);
    };
    visit(declaration);
  }

  #checkName(symbol: ts.Symbol, name: string): void {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || !this.#isOurs(declaration)) return;
    if (ts.isTypeParameterDeclaration(declaration) || this.#exported.has(symbol)) return;
    const what = `${name} names ${symbol.name}, which is not exported`;
    this.#complaints.add(`${this.specifier}: ${what}`);
  }

  #isOurs(declaration: ts.Node): boolean {
    const { fileName } = declaration.getSourceFile();
    return fileName.startsWith(join(this.root, "build")) && !fileName.includes("node_modules");
  }

  /** Declarations have none: it is read from the source. */
  #openingComment(): string {
    const build = join(this.root, "build");
    const path = this.#source.fileName.replace(build, this.root).replace(/\.d\.ts$/, ".ts");
    const [comment = ""] = /^(?:\/\/.*\n)+/.exec(readFileSync(path, "utf8")) ?? [];
    const [first = ""] = comment.replaceAll(/^\/\/ ?/gm, "").split("\n\n");
    return plain(first);
  }
}

/** What of an export names types by itself; its members are looked at one by one. */
function namingParts(declaration: ts.Declaration): readonly ts.Node[] {
  if (ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration)) {
    return declaration.heritageClauses ?? [];
  }
  const isExpanded =
    ts.isTypeAliasDeclaration(declaration) && ts.isTypeReferenceNode(declaration.type);
  return isExpanded ? [] : [declaration];
}

function hasHiddenModifier(node: ts.Node): boolean {
  return (ts.getCombinedModifierFlags(node as ts.Declaration) & modifiersHidden) !== 0;
}

/** The member that tells the parts of a union apart: its type says all. */
function isDiscriminant(declaration: ts.Declaration): boolean {
  const { type } = declaration as { readonly type?: ts.TypeNode };
  return type !== undefined && ts.isLiteralTypeNode(type);
}
