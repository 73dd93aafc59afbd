// Makes the modules that are loaded from now on those of a mutant: one place of one compiled file
// is another, or a whole file. The place must be there, once: a control that changes nothing controls nothing.

import { register } from "node:module";
import { env } from "node:process";

export type Mutation = {
  /** Compiled, from the root of the build: `src/agent/slots/slots.js`. */
  readonly file: string;
} & (
  | { readonly find: string; readonly replace: string }
  /** The whole module, in its place. */
  | { readonly source: string }
);

const variable = "PROOF_MUTATION";

/** The environment in which a process runs the mutant. */
export function mutantEnvironment(mutation: Mutation): Record<string, string> {
  return { [variable]: JSON.stringify(mutation) };
}

export function loadMutant(): void {
  const text = env[variable];
  if (text === undefined) return;
  register("./mutant-hooks.js", import.meta.url, { data: JSON.parse(text) as Mutation });
}
