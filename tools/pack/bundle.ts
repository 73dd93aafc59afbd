// All modules of a program in one, as esbuild makes it: what nothing uses is left out.

import { buildSync, transformSync } from "esbuild";

/** What esbuild may change: it shortens statements and folds constants, and renames nothing. */
const settings = { minifySyntax: true, target: "es2022", logLevel: "silent" } as const;

/**
 * @param entryPoint a compiled module; what it imports by a relative path comes into the bundle
 * @returns the text of the bundle. Throws esbuild's BuildFailure.
 */
export function bundle(entryPoint: string): string {
  const { outputFiles } = buildSync({
    ...settings,
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    treeShaking: true,
    packages: "external",
    external: ["embedded:*"],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild gave no bundle");
  return file.text;
}

/** Folds constants and leaves out what nothing uses, in a module that is one already. */
export function fold(text: string): string {
  return transformSync(text, { ...settings, format: "esm", treeShaking: true }).code;
}
