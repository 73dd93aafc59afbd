// Finds the procedures of a path. Paths are matched as they were sent: case, doubled slashes and a
// slash at the end all count. Only a name is percent-decoded (S-12), after the path was split.

import type { Procedure } from "./procedure.js";

/** A path of the API and what it lists, by method. */
interface Route {
  readonly caller: Procedure["caller"];
  readonly byMethod: ReadonlyMap<string, readonly Procedure[]>;
}

export interface Match {
  readonly route: Route;
  /** The decoded names of the path, in order. */
  readonly names: readonly string[];
}

interface Pattern {
  readonly segments: readonly string[];
  readonly caller: Procedure["caller"];
  readonly byMethod: Map<string, Procedure[]>;
}

const nameMark = ":";

export class Router {
  readonly #patterns = new Map<string, Pattern>();

  constructor(procedures: readonly Procedure[]) {
    for (const procedure of procedures) this.#add(procedure);
  }

  #add(procedure: Procedure): void {
    const { path, caller, method } = procedure;
    let pattern = this.#patterns.get(path);
    if (pattern === undefined) {
      pattern = { segments: path.split("/"), caller, byMethod: new Map() };
      this.#patterns.set(path, pattern);
    }
    // A caller is authorised before it is known which of a path's procedures is meant.
    if (pattern.caller !== caller) throw new Error(`${path} has two kinds of caller`);
    const siblings = pattern.byMethod.get(method);
    if (siblings === undefined) pattern.byMethod.set(method, [procedure]);
    else siblings.push(procedure);
  }

  /** `path`: of the target, still percent-encoded. Undefined if the API has no such path. */
  match(path: string): Match | undefined {
    const literal = this.#patterns.get(path);
    if (literal !== undefined) return { route: literal, names: [] };
    const segments = path.split("/");
    for (const pattern of this.#patterns.values()) {
      const names = matchSegments(pattern.segments, segments);
      if (names !== undefined) return { route: pattern, names };
    }
    return undefined;
  }
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): string[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const names: string[] = [];
  for (const [at, expected] of pattern.entries()) {
    const segment = segments[at] ?? "";
    if (!expected.startsWith(nameMark)) {
      if (segment !== expected) return undefined;
    } else if (segment === "") {
      return undefined;
    } else {
      names.push(decode(segment));
    }
  }
  return names;
}

/** What does not decode stays as it is: no name has a percent sign, so it is refused later. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
