// The tiers of the tests: which test files belong to which, and how long one may wait for them.
// test/README.md says which tier a new test belongs to.

import { readdirSync } from "node:fs";

export type TierName = "fast" | "engine" | "service" | "package" | "proof";

export interface Tier {
  readonly name: TierName;
  /** One sentence for `--help`. */
  readonly what: string;
  /** Of compiled test files, below build/test: folders end in "/". The longest match decides. */
  readonly places: readonly string[];
}

export const tiers: readonly Tier[] = [
  {
    name: "fast",
    what: "pure code on virtual time: no process, no port, no compiler",
    places: ["", "tools/docs/documents"],
  },
  {
    name: "engine",
    what: "the simulated chip on the real XS engine, and real sockets",
    places: ["hosts/xs/", "hosts/mcsim/", "hosts/node/link", "hosts/node/node-world", "simulator/"],
  },
  {
    name: "service",
    what: "the service and its client, on SQLite and PostgreSQL",
    places: ["service/", "client/contents", "client/vendor-client", "http/against-node"],
  },
  {
    name: "package",
    what: "the command line, the factory, tools and what a product installs",
    places: ["cli/", "factory/", "inspect/", "tools/"],
  },
  {
    name: "proof",
    what: "a share of the proof; npm run proof is the whole",
    places: ["proof/"],
  },
];

/** What `npm test` runs; the proof's share belongs to `npm run check`. */
export const everyday: readonly TierName[] = ["service", "engine", "package", "fast"];

/** The tier of a compiled test file. `path`: below build/test, with slashes. */
export function tierOf(path: string): TierName {
  const fits = tiers.flatMap(({ name, places }) =>
    places.filter((place) => path.startsWith(place)).map((place) => ({ name, place })),
  );
  const [best] = fits.sort((one, other) => other.place.length - one.place.length);
  if (best === undefined) throw new Error(`${path} belongs to no tier`);
  return best.name;
}

/** The test files of a tier, as paths below `folder` (the sources: "test") without ending, sorted. */
export function testFiles(folder: string, name: TierName): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => path.slice(0, -".ts".length))
    .filter((path) => tierOf(path) === name)
    .sort();
}
