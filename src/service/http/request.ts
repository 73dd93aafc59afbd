// One request as handlers see it: where it goes, what its query and body say, who sent it.
//
// Nothing is normalised: a slash at the end of a path tells one procedure from another. Header
// names are found in any case, unknown headers and any Host are ignored (S-04).

import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { decodeForm } from "../../protocol/form.js";
import { metaBytesMax } from "../../protocol/limits.js";
import { isName, isSerial } from "../../protocol/paths.js";
import { Refusal } from "../errors.js";
import { Fields } from "./fields.js";
import type { Endpoints } from "./proxy-line.js";
import type { RequestBody } from "./request-body.js";

const empty = Buffer.alloc(0);

export class Request {
  readonly method: string;
  /** Of the target, still percent-encoded. */
  readonly path: string;
  /** Of the target, without the `?`; may hold a secret (procedure 69). */
  readonly queryText: string;
  /** The client's address; IPv4 in dotted decimal also when it came over an IPv6 socket. */
  readonly address: string;
  /** Where the request came in, as `/ip` tells it. */
  readonly local: { readonly address: string; readonly port: number };
  /** Of the path's names, decoded, in order. The dispatcher sets it. */
  names: readonly string[] = [];
  /** The gathered body. The dispatcher sets it, unless the procedure streams. */
  content: Buffer = empty;

  #query: Fields | undefined;
  #form: Fields | undefined;

  constructor(
    private readonly incoming: IncomingMessage,
    readonly body: RequestBody,
    endpoints: Endpoints,
  ) {
    this.method = incoming.method ?? "";
    const target = originForm(incoming.url ?? "");
    const question = target.indexOf("?");
    this.path = question === -1 ? target : target.slice(0, question);
    this.queryText = question === -1 ? "" : target.slice(question + 1);
    const { remoteAddress, localAddress, localPort = 0 } = endpoints;
    this.address = unmapped(remoteAddress);
    this.local = { address: unmapped(localAddress), port: localPort };
  }

  /** RFC 9112 section 3.2: a request without a Host is answered 400; any Host will do (S-04). */
  get lacksHost(): boolean {
    return this.incoming.headers.host === undefined && this.incoming.httpVersion !== "1.0";
  }

  /** The value of a header, or undefined if it is absent or empty (S-16). */
  header(name: string): string | undefined {
    const value = this.incoming.headers[name.toLowerCase()];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** The target for logs: without the tokens that some queries carry, and misplaced keys. */
  get loggedTarget(): string {
    const query = this.queryText.split("&").map(withoutSecret).join("&");
    const target = query === "" ? this.path : `${this.path}?${query}`;
    return target.replace(/[0-9a-f]{40}/gi, hidden);
  }

  get query(): Fields {
    return (this.#query ??= new Fields(this.queryText));
  }

  /** The body as a form, whatever its Content-Type: many clients send none (S-06). */
  get form(): Fields {
    return (this.#form ??= new Fields(this.text));
  }

  /** The body as text, as JSON has it. */
  get text(): string {
    return bodyText(this.content);
  }

  /** What a body is taken for: a form unless its Content-Type says otherwise (S-06). */
  get bodyKind(): "form" | "rows" | "json" {
    if (this.hasType("text/csv")) return "rows";
    return this.hasType("application/javascript", "application/json") ? "json" : "form";
  }

  /** Whether a form asks for a removal. Some clients say `remove=true` (S-11). */
  get isRemoval(): boolean {
    return this.form.isTrue("delete") || this.form.isTrue("remove");
  }

  /** Whether the Content-Type is one of `types`, parameters aside. */
  private hasType(...types: string[]): boolean {
    const [type = ""] = (this.header("content-type") ?? "").split(";");
    return types.includes(type.trim().toLowerCase());
  }

  /** The path's name at `index`: a model or content; refuses what cannot be one (S-12). */
  name(index: number): string {
    return asName(this.names[index] ?? "");
  }

  /** The path's name at `index`: a serial; refuses what cannot be one (S-12). */
  serial(index: number): string {
    return asSerial(this.names[index] ?? "");
  }
}

/** Returns `text` if it may be a name, or refuses the request. */
export function asName(text: string): string {
  if (!isName(text)) throw new Refusal("malformed-name");
  return text;
}

/** Returns `text` if it may be a serial, or refuses the request. */
export function asSerial(text: string): string {
  if (!isSerial(text)) throw new Refusal("malformed-name");
  return text;
}

/** Free text to be stored. PostgreSQL's text holds every character but NUL. */
export function asText(text: string, byteLengthMax: number): string {
  if (Buffer.byteLength(text) > byteLengthMax || text.includes("\0")) {
    throw new Refusal("malformed-key");
  }
  return text;
}

/** An IPv4 address that came over an IPv6 socket is told as such. */
function unmapped(address = ""): string {
  return address.replace(/^::ffff:/, "");
}

/** The vendor's free text about a thing; the older document calls it `description`. */
export function metaOf(form: Fields): string {
  return asText(form.get("meta") ?? form.get("description") ?? "", metaBytesMax);
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

/** UTF-8, or Latin-1 if it is not valid UTF-8: nothing a device sends is refused for it (S-06). */
function bodyText(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}
