// The figures of a simulated life: the object that `--json` prints, and the table for people.

/** The figures of one simulated life. */
export interface Facts {
  /** What the device ran at first. */
  readonly versionBefore: string;
  /** The newest version that it has run, not on trial. */
  readonly versionAfter: string;
  /** A CIK is in flash at the end. */
  readonly activated: boolean;
  /** Of the image that was downloaded; 0 if none was. */
  readonly imageBytes: number;
  /** Body bytes of the image that the agent read. */
  readonly bytesFetched: number;
  /** Those it read twice. */
  readonly bytesRefetched: number;
  /** That the agent has sent. */
  readonly requests: number;
  /** That the device has opened. */
  readonly connections: number;
  /** Body bytes of ranges that the server sent beyond the image, read or not. */
  readonly serverBytesResent: number;
  /** Times that the power failed. */
  readonly powerCuts: number;
  /** Times that a boot loader began. */
  readonly boots: number;
  /** Blocks of flash erased, 4,096 bytes each. */
  readonly eraseCount: number;
  /** What executed the program: `XS 13.3.0`. */
  readonly engine: string;
  /** Size of an XS slot, bytes; null without XS. */
  readonly slotBytes: number | null;
  /** Memory of the XS engine, bytes; null without XS. */
  readonly heapBytes: number | null;
  /** How long the simulation took, set-up included. */
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
