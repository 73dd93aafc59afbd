// Blocks of a document that a test makes from the code, so that they cannot go stale:
//
//   <!-- made by test/agent/diagram.test.ts -->
//   ...
//   <!-- end -->
//
// A stale block fails its test; with the environment variable UPDATE_DIAGRAM=1 it is written anew.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { env } from "node:process";

const root = new URL("../../../", import.meta.url);

/**
 * Holds a block to what the code says.
 * @param document path in the repository
 * @param maker what stands behind "made by": the test, and which of its blocks
 */
export function assertBlock(document: string, maker: string, lines: readonly string[]): void {
  const url = new URL(document, root);
  const text = readFileSync(url, "utf8");
  const begin = `<!-- made by ${maker} -->\n`;
  const start = text.indexOf(begin) + begin.length;
  const end = text.indexOf("<!-- end -->", start);
  assert.ok(start >= begin.length && end >= 0, `${document} has no block "${maker}"`);
  const block = `\n${lines.join("\n")}\n\n`;
  if (env["UPDATE_DIAGRAM"] === "1") {
    writeFileSync(url, text.slice(0, start) + block + text.slice(end));
    return;
  }
  const how = `${document}, block "${maker}" is stale: run this test with UPDATE_DIAGRAM=1`;
  assert.equal(text.slice(start, end), block, how);
}

/** A table as prettier formats it. Every row has as many cells as `heads`. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = heads.map((head, column) => {
    return [head, ...rows.map((row) => row[column] ?? "")].reduce(
      (width, { length }) => Math.max(width, length),
      3,
    );
  });
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(heads), line(rule), ...rows.map(line)];
}

/** Lines in a fence that prettier leaves alone. */
export function fenced(language: string, lines: readonly string[]): string[] {
  return [`\`\`\`${language}`, ...lines, "```"];
}
