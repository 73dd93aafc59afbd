// The pages of docs/reference, as they should be.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { apiPage } from "./api-page.js";
import { commandPage } from "./command-page.js";
import { configurationPage } from "./configuration-page.js";
import { readEntries } from "./declarations.js";

export interface Page {
  /** From the project's root. */
  readonly file: string;
  readonly text: string;
  readonly isStale: boolean;
}

export interface Reference {
  readonly pages: readonly Page[];
  /** Exports without a sentence, and types that exports name and nobody can import. */
  readonly complaints: readonly string[];
}

/** The project in `root` must be compiled. */
export async function makeReference(root: string): Promise<Reference> {
  const entries = readEntries(root);
  const texts = {
    "docs/reference/api.md": apiPage(entries),
    "docs/reference/cli.md": commandPage(),
    "docs/reference/configuration.md": configurationPage(),
  };
  const pages = Object.entries(texts).map(async ([file, markdown]) => {
    const text = await format(withPlainAngles(markdown), { parser: "markdown", printWidth: 100 });
    return { file, text, isStale: text !== contentOf(join(root, file)) };
  });
  return {
    pages: await Promise.all(pages),
    complaints: entries.flatMap(({ complaints }) => complaints),
  };
}

/** `<name>` outside code is a name, not HTML. */
function withPlainAngles(markdown: string): string {
  const code = /(```[\s\S]*?```|`[^`\n]*`)/;
  const parts = markdown.split(code);
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replaceAll("<", "\\<"))).join("");
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
