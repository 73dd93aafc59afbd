// A document of the repository, in Markdown: its code blocks, code spans, headings and links, each
// with its line. Not a Markdown parser: it knows what our documents use.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface Block {
  /** The first word behind the fence, such as "sh"; "" if there is none. */
  readonly language: string;
  readonly code: string;
  /** Line of the fence, from 1. */
  readonly line: number;
}

/** Text with the line on which it stands, from 1. */
export interface Span {
  readonly text: string;
  readonly line: number;
}

export interface Document {
  /** Path below the root, with slashes. */
  readonly file: string;
  readonly blocks: readonly Block[];
  /** Code spans outside blocks. */
  readonly spans: readonly Span[];
  /** Targets of links outside blocks. */
  readonly links: readonly Span[];
  /** Anchors of headings, as GitHub makes them. */
  readonly anchors: readonly string[];
}

/** Folders whose files are not ours, or not sources. */
const skipped: ReadonlySet<string> = new Set([".git", "node_modules", "build", "coverage"]);

/** Every file of the repository, as a path below the root with slashes. */
export function repositoryFiles(root: string, folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? repositoryFiles(root, path) : [path];
    })
    .sort();
}

export function readDocument(root: string, file: string): Document {
  return parseDocument(file, readFileSync(join(root, file), "utf8"));
}

/** Reads the text of a document. */
export function parseDocument(file: string, text: string): Document {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let block: { language: string; lines: string[]; line: number } | undefined;
  text.split("\n").forEach((line, index) => {
    const fence = /^\s*```\s*(\S*)/.exec(line);
    // What is not prose leaves an empty line, so that line numbers hold.
    prose.push(block !== undefined || fence !== null ? "" : line);
    if (fence === null) block?.lines.push(line);
    else if (block === undefined) block = { language: fence[1] ?? "", lines: [], line: index + 1 };
    else {
      blocks.push({ language: block.language, code: block.lines.join("\n"), line: block.line });
      block = undefined;
    }
  });
  if (block !== undefined) throw new Error(`${file}:${block.line}: a code block without end`);
  const whole = prose.join("\n");
  return {
    file,
    blocks,
    spans: matches(whole, /`([^`]+)`/g),
    links: matches(whole, /\[(?:[^\][]|\[[^\]]*\])*\]\(([^)\s]+)\)/g),
    anchors: anchorsOf(prose),
  };
}

/** What the first group of `pattern` matches, on one line each. */
function matches(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map(({ 1: found = "", index }) => ({
    text: found.replace(/\s+/g, " "),
    line: text.slice(0, index).split("\n").length,
  }));
}

function anchorsOf(lines: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return lines
    .map((line) => /^#{1,6}\s+(.*?)\s*$/.exec(line)?.[1])
    .filter((heading) => heading !== undefined)
    .map((heading) => {
      const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
      const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return times === 0 ? anchor : `${anchor}-${times}`;
    });
}
