// Whether the C files of an app will compile against the header that xsl writes. The check ends
// before the C compiler, which needs ESP-IDF; this one mistake of a manifest shows without it.
//
// A native is a C function that a module calls by name. mc.xs.h declares the natives of the modules
// that are linked. Some C files of the SDK serve two modules, and name a native of one while only
// the other is linked: then nothing declares it, and the firmware does not compile.

export interface CFile {
  readonly path: string;
  readonly text: string;
  /** The headers of the manifest's folders that it includes, one after the other. */
  readonly headers: string;
}

/** Not `static`: xsl links it by name. */
const definitionPattern =
  /^(?:extern\s+)?void\s+(\w+)\s*\(\s*(?:(?:xs|tx)Machine\s*\*\s*\w+|void\s*\*\s*\w+)\s*\)\s*\{/gm;

/** The natives that mc.xs.h declares. Throws an Error if `header` is not xsl's. */
export function declaredNatives(header: string): Set<string> {
  if (!header.includes("xsPreparation")) throw new Error("this is no mc.xs.h of xsl's");
  return new Set([...header.matchAll(/^extern void (\w+)\(/gm)].map(([, name = ""]) => name));
}

/** A line for each native that a C file names where nothing declares it. */
export function nativeComplaints(files: readonly CFile[], header: string): string[] {
  const declared = declaredNatives(header);
  const texts = files.map(({ path, text, headers }) => ({
    path,
    text: withoutComments(text),
    headers: withoutComments(headers),
  }));
  const defined = texts.flatMap(({ text }) =>
    [...text.matchAll(definitionPattern)].map(([, name = ""]) => name),
  );
  const undeclared = [...new Set(defined)].filter((name) => !declared.has(name));
  return texts.flatMap(({ path, text, headers }) =>
    undeclared
      .filter((name) => isNamedFirst(name, text) && !isNamed(name, headers))
      .map((name) => `${path} names ${name}, which mc.xs.h does not declare: link its module, too`),
  );
}

/** Whether the first mention is neither the definition nor a declaration. */
function isNamedFirst(name: string, text: string): boolean {
  const mention = new RegExp(`^.*?\\b${name}\\b`, "m").exec(text);
  return mention !== null && !/^\s*(?:extern\s+|static\s+)?void\s+\w+$/.test(mention[0]);
}

function isNamed(name: string, text: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

/** Texts of strings are left out, too: neither names anything. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, " ");
}
