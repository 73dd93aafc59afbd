// One request as it came: where it goes, who sent it, and the body that still arrives. What it
// asks of a procedure is in api/routed-request.ts.
//
// Header names are found in any case; unknown headers and any Host are ignored (S-04).

import type { IncomingMessage } from "node:http";
import type { Endpoints } from "./proxy-line.js";
import type { RequestBody } from "./request-body.js";
import { Target } from "./target.js";

const hostField = "host";

export class Request {
  readonly method: string;
  readonly target: Target;
  /** The client's address; IPv4 in dotted decimal also when it came over an IPv6 socket. */
  readonly address: string;
  /** Where the request came in, as `/ip` tells it. */
  readonly local: { readonly address: string; readonly port: number };
  readonly body: RequestBody;
  readonly #incoming: IncomingMessage;

  constructor(incoming: IncomingMessage, body: RequestBody, endpoints: Endpoints) {
    this.#incoming = incoming;
    this.body = body;
    this.method = incoming.method ?? "";
    this.target = new Target(incoming.url ?? "");
    const { remoteAddress, localAddress, localPort = 0 } = endpoints;
    this.address = unmapped(remoteAddress);
    this.local = { address: unmapped(localAddress), port: localPort };
  }

  /**
   * RFC 9112 section 3.2: a request without a Host, or with several, is answered 400; any one will
   * do (S-04), and HTTP/1.0 needs none.
   */
  get hasHost(): boolean {
    const { rawHeaders, httpVersion } = this.#incoming;
    let count = 0;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] ?? "";
      if (name.length === hostField.length && name.toLowerCase() === hostField) count += 1;
    }
    return count === 1 || (count === 0 && httpVersion === "1.0");
  }

  /** The value of a header, or undefined if it is absent or empty (S-16). */
  header(name: string): string | undefined {
    const value = this.#incoming.headers[name.toLowerCase()];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** What a body is taken for: a form unless its Content-Type says otherwise (S-06). */
  get bodyKind(): "form" | "rows" | "json" {
    const [parameterless = ""] = (this.header("content-type") ?? "").split(";");
    switch (parameterless.trim().toLowerCase()) {
      case "text/csv":
        return "rows";
      case "application/javascript":
      case "application/json":
        return "json";
      default:
        return "form";
    }
  }
}

/** An IPv4 address that came over an IPv6 socket is written as IPv4. */
function unmapped(address = ""): string {
  return address.replace(/^::ffff:/, "");
}
