// What a simulation came to: the object that `--json` prints, and the table for people.

export interface Facts {
  readonly versionBefore: string;
  readonly versionAfter: string;
  /** A CIK is in flash at the end. */
  readonly activated: boolean;
  readonly imageBytes: number;
  /** Body bytes of the image that the agent read. */
  readonly bytesFetched: number;
  /** Those it read twice. */
  readonly bytesRefetched: number;
  readonly requests: number;
  readonly connections: number;
  /** Body bytes of ranges that the server sent beyond the image, read or not. */
  readonly serverBytesResent: number;
  readonly powerCuts: number;
  readonly boots: number;
  /** Blocks of flash erased. */
  readonly eraseCount: number;
  readonly engine: string;
  /** Size of an XS slot; null without the engine. */
  readonly slotBytes: number | null;
  readonly heapBytes: number | null;
  readonly seconds: number;
}

const labels: Readonly<Record<keyof Facts, string>> = {
  versionBefore: "version before",
  versionAfter: "version after",
  activated: "activated",
  imageBytes: "image bytes",
  bytesFetched: "bytes fetched",
  bytesRefetched: "of them twice",
  requests: "requests",
  connections: "connections",
  serverBytesResent: "bytes the server sent in vain",
  powerCuts: "power cuts",
  boots: "boots",
  eraseCount: "blocks erased",
  engine: "engine",
  slotBytes: "bytes per slot",
  heapBytes: "heap budget, bytes",
  seconds: "seconds",
};

/** Two columns, one line a fact. */
export function formatFacts(facts: Facts): string {
  const rows = (Object.keys(labels) as (keyof Facts)[])
    .filter((key) => facts[key] !== null)
    .map((key) => [labels[key], formatFact(facts[key])] as const);
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, fact]) => `  ${label.padEnd(width)}  ${fact}`).join("\n");
}

function formatFact(fact: string | number | boolean | null): string {
  if (typeof fact === "boolean") return fact ? "yes" : "no";
  return typeof fact === "number" ? fact.toLocaleString("en") : (fact ?? "");
}
