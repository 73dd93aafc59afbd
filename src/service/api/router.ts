// Finds the procedures of a path. Paths are matched as they were sent: case, doubled slashes and a
// slash at the end all count. Only a name is percent-decoded (S-12), after the path was split.

import type { CallerKind } from "../../protocol/procedures.js";
import type { Procedure, ProcedureOf, Taken } from "./procedure.js";

/** The procedures of one method and path, in the order of the table. */
export interface Siblings<Kind extends CallerKind, Takes extends Taken> {
  readonly caller: Kind;
  readonly takes: Takes;
  readonly procedures: readonly ProcedureOf<Kind, Takes>[];
}

/** Those of some kind of caller that take something of the body. */
export type AnySiblings<Kind extends CallerKind = CallerKind, Takes extends Taken = Taken> = {
  [K in Kind]: { [T in Takes]: Siblings<K, T> }[Takes];
}[Kind];

export interface Match {
  /** What the path lists, by method. */
  readonly byMethod: ReadonlyMap<string, AnySiblings>;
  /** The decoded names of the path. */
  readonly names: ReadonlyMap<string, string>;
}

interface Route {
  readonly segments: readonly string[];
  readonly byMethod: Map<string, AnySiblings>;
}

const nameMark = ":";
const noNames: ReadonlyMap<string, string> = new Map();

export class Router {
  readonly #routes = new Map<string, Route>();

  constructor(procedures: readonly Procedure[]) {
    for (const procedure of procedures) this.#add(procedure);
  }

  #add(procedure: Procedure): void {
    const { method, path } = procedure.place;
    let route = this.#routes.get(path);
    if (route === undefined) {
      route = { segments: path.split("/"), byMethod: new Map() };
      this.#routes.set(path, route);
    }
    route.byMethod.set(method, joined(route.byMethod.get(method), procedure));
  }

  /** `path`: of the target, still percent-encoded. Undefined if the API has no such path. */
  match(path: string): Match | undefined {
    const literal = this.#routes.get(path);
    if (literal !== undefined) return { byMethod: literal.byMethod, names: noNames };
    const segments = path.split("/");
    for (const { segments: pattern, byMethod } of this.#routes.values()) {
      const names = matchSegments(pattern, segments);
      if (names !== undefined) return { byMethod, names };
    }
    return undefined;
  }
}

/** A caller is authorised, and a body read, before it is known which procedure is meant. */
function joined(siblings: AnySiblings | undefined, procedure: Procedure): AnySiblings {
  const { caller, takes, place } = procedure;
  const { procedures = [] } = siblings ?? {};
  if (siblings !== undefined && (siblings.caller !== caller || siblings.takes !== takes)) {
    throw new Error(`${place.method} ${place.path} has two kinds of caller or body`);
  }
  // All of one kind: that has just been looked at.
  return { caller, takes, procedures: [...procedures, procedure] } as AnySiblings;
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Map<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const names = new Map<string, string>();
  for (const [at, expected] of pattern.entries()) {
    const segment = segments[at] ?? "";
    if (!expected.startsWith(nameMark)) {
      if (segment !== expected) return undefined;
    } else if (segment === "") {
      return undefined;
    } else {
      names.set(expected.slice(nameMark.length), decode(segment));
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
