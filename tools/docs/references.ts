// What a document refers to, held against what there is: links, paths of files, npm scripts. Each
// complaint is one line, `FILE:LINE: what is wrong`.

import { posix } from "node:path";
import { type Document, type Span } from "./document.js";

/** Links to files and headings that are not there. Links to the web are not followed. */
export function brokenLinks(
  { file, links }: Document,
  files: readonly string[],
  anchorsOf: (file: string) => readonly string[],
): string[] {
  const folders = foldersOf(files);
  return links.flatMap(({ text, line }) => {
    if (/^[a-z]+:/.test(text)) return [];
    const [path = "", anchor] = text.split("#");
    const target = path === "" ? file : posix.normalize(posix.join(posix.dirname(file), path));
    if (!files.includes(target) && !folders.has(target.replace(/\/$/, ""))) {
      return [`${file}:${line}: the link leads to ${target}, which does not exist`];
    }
    if (anchor === undefined || anchorsOf(target).includes(anchor)) return [];
    return [`${file}:${line}: ${target} has no heading #${anchor}`];
  });
}

/** A path from the root: begins with one of the folders of the top level. */
const rooted = /^(src|hosts|template|tools|test|docs)(\/[\w.*{},-]+)+\/?$/;

/** The end of a path: a name, with folders or without, of a source or a document. */
const named = /^[\w.*-]+(\/[\w.*{},-]+)*\.(ts|c|h|md|cjs)$/;

/** Code spans that are paths of this repository, and lead nowhere. */
export function missingPaths({ file, spans }: Document, files: readonly string[]): string[] {
  return spans.flatMap(({ text, line }) =>
    isMissing(text.replace(/^((\.\.?|node_modules\/provision-agent)\/)+/, ""), files)
      ? [`${file}:${line}: there is no ${text}`]
      : [],
  );
}

function isMissing(text: string, files: readonly string[]): boolean {
  if (rooted.test(text)) {
    const pattern = new RegExp(`^${globPattern(text.replace(/\/$/, ""))}(/|$)`);
    return !files.some((known) => pattern.test(known));
  }
  if (!named.test(text)) return false;
  const pattern = new RegExp(`(^|/)${globPattern(text)}$`);
  return !files.some((known) => pattern.test(known));
}

/** Paths from the root in the text of a source: its comments name documents and other sources. */
export function missingInSource(file: string, text: string, files: readonly string[]): string[] {
  const pattern = /\b(?:src|hosts|template|tools|test|docs)\/[\w/.-]*\w\.(?:ts|c|h|md|cjs)\b/g;
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(pattern)]
      // The end of a longer path, such as that of a module's specifier, is another matter.
      .filter(({ index: at }) => !/[\w./@-]/.test(line[at - 1] ?? " "))
      .filter(([path]) => !files.includes(path))
      .map(([path]) => `${file}:${index + 1}: there is no ${path}`),
  );
}

/** `npm run NAME` in spans and blocks whose NAME no package.json of ours has. */
export function unknownScripts(document: Document, scripts: ReadonlySet<string>): string[] {
  return textsOf(document).flatMap(({ text, line }) =>
    [...text.matchAll(/\bnpm (?:run (?:--silent |-s )?)([\w:-]+)/g)]
      .filter(({ 1: name = "" }) => !scripts.has(name))
      .map(({ 1: name }) => `${document.file}:${line}: there is no npm script "${name}"`),
  );
}

/** Code spans and the lines of code blocks. */
export function textsOf({ spans, blocks }: Document): Span[] {
  const lines = blocks.flatMap(({ code, line }) =>
    code
      .replace(/\\\n\s*/g, " ")
      .split("\n")
      .map((text, index) => ({ text, line: line + index + 1 })),
  );
  return [...spans, ...lines];
}

function foldersOf(files: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>([""]);
  for (const file of files) {
    for (let folder = posix.dirname(file); folder !== "."; folder = posix.dirname(folder)) {
      folders.add(folder);
    }
  }
  return folders;
}

function globPattern(glob: string): string {
  return glob
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(${names.replaceAll(",", "|")})`)
    .replaceAll("*", "[^/]*");
}
