// What xsl linked, read from the C source it writes (mc.xs.c): the modules, and what their
// preloaded objects, bytecode, strings and keys take of the chip's flash.
//
//   gxHeap, gxStack  one slot a line, 16 bytes on the chip; strings and bytecode as C literals
//   gxCode<n>        bytecode of a module that is not preloaded
//   gxKeys, gxColors a pointer (4 bytes) and an ID (2 bytes) for each key
//   gxScripts        one row a module; without bytecode if it is preloaded

export interface Archive {
  /** Names of the modules, and whether each is preloaded. */
  readonly modules: ReadonlyMap<string, boolean>;
  /** Bytecode of all modules, preloaded or not. */
  readonly bytecodeBytes: number;
  readonly slots: number;
  readonly keys: number;
  /** Slots, bytecode, strings and key tables. */
  readonly romBytes: number;
  /** The machine's memory: slots, chunks and stack together. */
  readonly heapBytes: number;
  /** Containers kept by preloaded modules, which nothing can ever change: `MAP`, `SET` ... */
  readonly frozenContainers: readonly string[];
}

export const slotRomBytes = 16;
const keyBytes = 4 + 2;
/** Where the machine's size stands among the numbers of its creation. */
const staticIndex = 11;

/** Throws if `source` is not xsl's. */
export function readArchive(source: string): Archive {
  const heap = between(source, "gxHeap[mxHeapCount] = {", "gxStack[mxStackCount] = {");
  const stack = between(source, "gxStack[mxStackCount] = {", "gxKeys[mxKeysCount] ICACHE");
  const slots = count(source, "mxHeapCount") + count(source, "mxStackCount");
  const keys = count(source, "mxKeysCount");

  let bytecodeBytes = 0;
  for (const [, bytes] of source.matchAll(/gxCode\d+\[(\d+)\];/g)) bytecodeBytes += Number(bytes);
  for (const [, literal = ""] of heap.matchAll(/\.code = \{ \(txByte\*\)"((?:[^"\\]|\\.)*)"/g)) {
    bytecodeBytes += literalBytes(literal);
  }
  let literalsBytes = 0;
  for (const [, literal = ""] of (heap + stack).matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
    literalsBytes += literalBytes(literal) + 1;
  }
  for (const [, bytes] of source.matchAll(/gxCode\d+\[(\d+)\];/g)) literalsBytes += Number(bytes);

  return {
    modules: modulesOf(source),
    bytecodeBytes,
    slots,
    keys,
    romBytes: slots * slotRomBytes + literalsBytes + keys * keyBytes,
    heapBytes: heapBytesOf(source),
    frozenContainers: [...heap.matchAll(/XS_(ARRAY_BUFFER|MAP|SET|WEAK_MAP|WEAK_SET)_KIND/g)].map(
      ([, kind = ""]) => kind,
    ),
  };
}

function modulesOf(source: string): Map<string, boolean> {
  const modules = new Map<string, boolean>();
  const table = between(source, "gxScripts[mxScriptsCount] = {", "\n};");
  for (const [, bytecode = "", name = ""] of table.matchAll(
    /\{ \w+, NULL, 0, (?:\(txS1\*\))?(\w+), \d+, NULL, 0, "([^"]+)"/g,
  )) {
    modules.set(name, bytecode === "NULL");
  }
  if (modules.size === 0) throw new Error("no module in the linked archive");
  return modules;
}

function heapBytesOf(source: string): number {
  const preparation = between(source, "gxPreparation = {", "\n};");
  const creation = /^\t\{((?: \d+,){12} \d+)\},$/m.exec(preparation)?.[1];
  if (creation === undefined) throw new Error("no creation in the linked archive");
  return Number(creation.split(",")[staticIndex]);
}

function count(source: string, name: string): number {
  const value = new RegExp(`^#define ${name} (\\d+)$`, "m").exec(source)?.[1];
  if (value === undefined) throw new Error(`no ${name} in the linked archive`);
  return Number(value);
}

function between(source: string, from: string, to: string): string {
  const start = source.indexOf(from);
  const end = source.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`no ${from} in the linked archive`);
  return source.slice(start, end);
}

/** Bytes of a C string literal's content, without the NUL. */
function literalBytes(literal: string): number {
  return literal.replace(/\\x[0-9a-f]{2}|\\[0-7]{1,3}|\\./gi, "x").length;
}
