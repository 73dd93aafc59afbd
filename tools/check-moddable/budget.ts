// What the agent and its adapters may take of the ROM: bytecode, preloaded slots, strings and keys
// beyond those of the SDK alone. A feature has a row with its price in each form, little above what
// it took when it came: nothing grows unseen, and who adds a feature says what it costs.

import type { Form } from "../pack/pack.js";

type Price = Readonly<Record<Form, number>>;

/** Bytes. */
const prices: readonly (Price & { readonly feature: string })[] = [
  { feature: "activation, choice, download, trial, rejection", debug: 153_000, release: 140_000 },
  { feature: "guarded observers, a stop that stores the key", debug: 5_500, release: 5_000 },
  { feature: "servers, ways and releases as they really are", debug: 13_500, release: 12_000 },
  { feature: "the agent in smaller classes, each of at most a page", debug: 4_500, release: 4_500 },
];

/** What all features together may take. */
export function romBytesMax(form: Form): number {
  return prices.reduce((sum, price) => sum + price[form], 0);
}
