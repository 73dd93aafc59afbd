// docs/reference/api.md: every export of the package with its sentence.

import type { Entry, Export, Member } from "./declarations.js";

/** Markdown. */
export function apiPage(entries: readonly Entry[]): string {
  const firstHome = new Map<string, string>();
  const sections = entries.map((entry) => section(entry, firstHome));
  const list = entries.map(({ specifier }) => `- [${specifier}](#${anchor(specifier)})`);
  return [
    "# API reference",
    "Written by `npm run reference` from the comments in the sources. A `?` marks what may be left out.",
    list.join("\n"),
    ...sections,
  ].join("\n\n");
}

function section(entry: Entry, firstHome: Map<string, string>): string {
  const exports = entry.exports.map((item) => {
    const home = firstHome.get(item.declaration);
    if (home !== undefined) return `### ${item.name}\n\nAs in [${home}](#${anchor(home)}).`;
    firstHome.set(item.declaration, entry.specifier);
    return exportText(item);
  });
  return [`## ${entry.specifier}`, entry.text, ...exports].join("\n\n");
}

function exportText({ name, kind, declaration, text, members }: Export): string {
  const keyword = { class: "class ", constant: "const ", function: "function ", interface: "interface ", type: "type " }; // prettier-ignore
  const code = `\`\`\`ts\n${keyword[kind]}${declaration}\n\`\`\``;
  const list = memberList(members, "");
  return [`### ${name}`, code, text, ...(list === "" ? [] : [list])].join("\n\n");
}

function memberList(members: readonly Member[], indent: string): string {
  return members
    .map(({ declaration, text, members: inner }) => {
      const rest = inner.length === 0 ? "" : `\n${memberList(inner, `${indent}  `)}`;
      return `${indent}- \`${declaration}\`: ${text}${rest}`;
    })
    .join("\n");
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}
