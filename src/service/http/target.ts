// Where a request goes: its request target (RFC 9112 section 3.2), cut at the question mark.
//
// Nothing is normalised: a slash at the end of a path tells one procedure from another (S-04).

import { decodeForm } from "../../protocol/form.js";

export class Target {
  /** Still percent-encoded. */
  readonly path: string;
  /** Without the `?`; may hold a secret (procedure 69). */
  readonly queryText: string;

  constructor(text: string) {
    const target = originForm(text);
    const question = target.indexOf("?");
    this.path = question === -1 ? target : target.slice(0, question);
    this.queryText = question === -1 ? "" : target.slice(question + 1);
  }

  /** The target for logs: without the tokens that some queries carry, and misplaced keys. */
  get logged(): string {
    const query = this.queryText.split("&").map(withoutSecret).join("&");
    const target = query === "" ? this.path : `${this.path}?${query}`;
    return target.replace(/[0-9a-f]{40}/gi, hidden);
  }
}

const hidden = "...";

/** A pair of a query, its value hidden if it is a secret however its key is written (S-06). */
function withoutSecret(pair: string): string {
  const [[key, value] = ["", ""]] = decodeForm(pair);
  const isSecret = value !== "" && /^(token|cik)(\[\])?$/i.test(key);
  return isSecret ? `${pair.slice(0, pair.indexOf("="))}=${hidden}` : pair;
}

/** RFC 9112 section 3.2.2: a server accepts the absolute form, too. */
function originForm(target: string): string {
  const authority = /^https?:\/\/[^/?]*/i.exec(target);
  if (authority === null) return target;
  const rest = target.slice(authority[0].length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}
