// The keys of a form or a query, as handlers ask for them.
//
// A list may be sent as `k[]=` or as `k=` (S-06). Keys nobody asks for are ignored (S-04). Only
// `true` in lower case means yes (S-10). A value with a NUL is refused when it is asked for: no text
// in a database has one.

import { decodeForm, type FormPair, formValue, formValues } from "../../protocol/form.js";
import { Refusal } from "../errors.js";
import { formPairsMax } from "../limits.js";

export class Fields {
  /** All of them, as they came, where the keys are the caller's own. */
  readonly pairs: readonly FormPair[];

  /**
   * `text`: form-coded, as in a body or after the `?` of a target. Refuses with `body-too-large` one
   * of more than `formPairsMax` pairs.
   */
  constructor(text: string) {
    let pairs = 1;
    for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) pairs += 1;
    if (pairs > formPairsMax) throw new Refusal("body-too-large");
    this.pairs = decodeForm(text);
  }

  /** The first value of the key, or undefined. */
  get(name: string): string | undefined {
    return withoutNul(formValue(this.pairs, name));
  }

  /** The first value of the key; refuses the request if there is none. */
  need(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw new Refusal("missing-key");
    return value;
  }

  /** Every value of the key, in order. */
  list(name: string): string[] {
    return formValues(this.pairs, name).map((value) => withoutNul(value));
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  isTrue(name: string): boolean {
    return this.get(name) === "true";
  }
}

function withoutNul<Text extends string | undefined>(text: Text): Text {
  if (text?.includes("\0") === true) throw new Refusal("malformed-key");
  return text;
}
