// One module for the chip out of all that a program imports: what it costs in ROM that the source is
// written for people is taken away here, and the source stays as it is.

import { bundle, fold } from "./bundle.js";
import { inlineConstants } from "./constants.js";
import { arrowFunctions, restoreDeclarations } from "./declarations.js";
import { mergeImports } from "./imports.js";
import { privateNamesAsProperties } from "./private-names.js";
import { renameVariables } from "./renaming.js";

/** `debug` keeps the names of variables, for xsbug and for exceptions. */
export const forms = ["debug", "release"] as const;
export type Form = (typeof forms)[number];

/** Constants made of constants made of constants: none goes deeper. */
const inliningsMax = 8;

/**
 * @param entryPoint a compiled module. What it imports by a relative path comes with it.
 * @returns the text of an ES module in each form. Both run as the program's parts did.
 * Throws an Error if the program has something that cannot be written so.
 */
export function pack(entryPoint: string): Readonly<Record<Form, string>> {
  const debug = packText(bundle(entryPoint));
  return { debug, release: renameVariables(debug) };
}

/** The debug form of a module that is one already. */
export function packText(text: string): string {
  let packed = mergeImports(restoreDeclarations(text));
  for (let left = inliningsMax; left > 0; left -= 1) {
    const inlined = fold(inlineConstants(packed));
    if (inlined === packed) break;
    packed = inlined;
  }
  return arrowFunctions(privateNamesAsProperties(restoreDeclarations(packed)));
}
