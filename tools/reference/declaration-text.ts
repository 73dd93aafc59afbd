// Declarations and their comments as one line of text each.

import ts from "typescript";

export function tagText({ name, text }: ts.JSDocTagInfo): string {
  const said = ts.displayPartsToString(text);
  if (name === "param")
    return said.replace(/^(\w+)\s*/, (_, word: string) => `\`${word}\`: `) + ";";
  return name === "returns" ? `Returns ${said}.` : said;
}

export function signatureText(declaration: ts.SignatureDeclaration): string {
  const texts = declaration.parameters.map((parameter) => parameter.getText());
  const result = declaration.type === undefined ? "" : `: ${declaration.type.getText()}`;
  return plain(`${parameters(declaration)}(${texts.join(", ")})${result}`);
}

export function parameters({ typeParameters }: ts.DeclarationWithTypeParameterChildren): string {
  const texts = (typeParameters ?? []).map((parameter) => parameter.getText());
  return texts.length === 0 ? "" : `<${texts.join(", ")}>`;
}

export function heritage(declaration: ts.InterfaceDeclaration | ts.ClassDeclaration): string {
  const clauses = (declaration.heritageClauses ?? []).map((clause) => clause.getText());
  return clauses.length === 0 ? "" : ` ${clauses.join(" ")}`;
}

/** On one line, without comments and without what a reader of declarations takes for granted. */
export function plain(text: string): string {
  return text
    .replaceAll(/\/\*.*?\*\//gs, "")
    .replaceAll(/\breadonly (?=[\w[])/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
