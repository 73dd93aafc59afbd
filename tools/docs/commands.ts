// The `provision` commands that a document shows, held against the program: does the command exist,
// and does it have those options?

import type { Command } from "commander";
import type { Document } from "./document.js";
import { textsOf } from "./references.js";

/** What stands before the command's own words, in each of its spellings. */
const call = /(?:^|[\s(&|;])(?:npx |npm run --silent |npm run )?provision (?:-- )?(?=[a-z])(.*)$/;

/** Complaints, `FILE:LINE: what is wrong`. `program`: the root of the commands. */
export function unknownCommands(document: Document, program: Command): string[] {
  return textsOf(document).flatMap(({ text, line }) => {
    const words = call.exec(text)?.[1]?.split(/\s[#&|>;]|\s\|\||\s2>/, 1)[0];
    if (words === undefined) return [];
    const complaint = judge(words.trim().split(/\s+/), program);
    return complaint === undefined ? [] : [`${document.file}:${line}: ${complaint}`];
  });
}

function judge(words: readonly string[], program: Command): string | undefined {
  let command = program;
  let depth = 0;
  for (const word of words) {
    const below = command.commands.find((child) => child.name() === word);
    if (below === undefined) break;
    command = below;
    depth += 1;
  }
  const name = ["provision", ...words.slice(0, depth)].join(" ");
  const rest = words.slice(depth);
  const [next = ""] = rest;
  if (command.commands.length > 0 && /^[a-z]/.test(next)) return `${name} has no command "${next}"`;
  const flags = rest.filter((word) => word.startsWith("--")).map((word) => word.split("=", 1)[0]);
  const wrong = flags.find(
    (flag) => flag !== "--help" && !command.options.some(({ long }) => long === flag),
  );
  return wrong === undefined ? undefined : `${name} has no option ${wrong}`;
}
