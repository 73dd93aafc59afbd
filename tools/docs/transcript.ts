// What a reader types who pastes the blocks of a document in order into one shell. Blocks marked
// `sh` run anywhere; those marked `console` need a board, a server or root, and are not run.

import type { Document } from "./document.js";

export interface TranscriptOptions {
  /** The dependencies of the checkout are there already: it is not installed again. */
  readonly isInstalled: boolean;
  /** Run the checkout's own tests and checks too, which take long. */
  readonly isWhole: boolean;
}

/** Commands of a checkout that run what CI runs anyway. */
const long: ReadonlySet<string> = new Set(["npm test", "npm run check", "npm run proof"]);

/** The script of a document's blocks; undefined if it has none to run. */
export function transcriptOf(
  { blocks }: Document,
  { isInstalled, isWhole }: TranscriptOptions,
): string | undefined {
  const lines = blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ code }) => code.split("\n"));
  if (lines.length === 0) return undefined;
  let isInCheckout = true;
  const kept = lines.map((line) => {
    const commands = line.replace(/\s+#.*$/, "").split(" && ");
    const left = commands.filter((command) => {
      const isLeftOut =
        isInCheckout &&
        ((isInstalled && command === "npm install") || (!isWhole && long.has(command)));
      if (/^cd /.test(command)) isInCheckout = false;
      return !isLeftOut;
    });
    return left.join(" && ");
  });
  return kept.join("\n");
}
