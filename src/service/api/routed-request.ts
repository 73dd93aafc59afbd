// A request as a procedure sees it. There are three, by what the procedure does with the body, so
// that a handler can read only what has been read for it:
//
//     RoutedRequest      a GET: names of the path, query, header; a body is not looked at (S-05)
//     FilledRequest      the same with the whole body, as a form, text or bytes
//     StreamedRequest    the same with the body as it comes
//
// `Name` is what the path of the procedure has, so a handler cannot ask for another.

import { isUtf8 } from "node:buffer";
import { Fields } from "../http/fields.js";
import type { Request } from "../http/request.js";
import { asName, asSerial } from "./texts.js";

export class RoutedRequest<Name extends string = string> {
  /** Of the path, decoded, not checked. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #request: Request;
  #query: Fields | undefined;

  constructor(request: Request, names: ReadonlyMap<string, string>) {
    this.#request = request;
    this.#names = names;
  }

  /** See Request. */
  get address(): string {
    return this.#request.address;
  }

  get local(): Request["local"] {
    return this.#request.local;
  }

  get bodyKind(): Request["bodyKind"] {
    return this.#request.bodyKind;
  }

  header(name: string): string | undefined {
    return this.#request.header(name);
  }

  get query(): Fields {
    return (this.#query ??= new Fields(this.#request.target.queryText));
  }

  /** A name of the path; refuses what cannot be one (S-12). */
  name(name: Name): string {
    return asName(this.#names.get(name) ?? "");
  }

  /** A serial of the path; refuses what cannot be one (S-12). */
  serial(name: Name): string {
    return asSerial(this.#names.get(name) ?? "");
  }
}

export class FilledRequest<Name extends string = string> extends RoutedRequest<Name> {
  /** The whole body. */
  readonly content: Buffer;
  #form: Fields | undefined;

  constructor(request: Request, names: ReadonlyMap<string, string>, content: Buffer) {
    super(request, names);
    this.content = content;
  }

  /** The body as a form, whatever its Content-Type: many clients send none (S-06). */
  get form(): Fields {
    return (this.#form ??= new Fields(this.text));
  }

  /**
   * UTF-8, or Latin-1 if it is not valid UTF-8: nothing a device sends is refused for it (S-06).
   */
  get text(): string {
    return this.content.toString(isUtf8(this.content) ? "utf8" : "latin1");
  }

  /** Whether a form asks for a removal. Some clients say `remove=true` (S-11). */
  get isRemoval(): boolean {
    return this.form.isTrue("delete") || this.form.isTrue("remove");
  }
}

export class StreamedRequest<Name extends string = string> extends RoutedRequest<Name> {
  readonly #request: Request;
  readonly #hold: (received: number) => void;

  /** `hold`: called with the bytes that have come, before they are handed on; it may refuse. */
  constructor(
    request: Request,
    names: ReadonlyMap<string, string>,
    hold: (received: number) => void,
  ) {
    super(request, names);
    this.#request = request;
    this.#hold = hold;
  }

  /** The body as it comes; see RequestBody. */
  async *chunks(byteLengthMax: number): AsyncGenerator<Uint8Array, void, void> {
    let received = 0;
    for await (const chunk of this.#request.body.chunks(byteLengthMax)) {
      received += chunk.length;
      this.#hold(received);
      yield chunk;
    }
  }
}
