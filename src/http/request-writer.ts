// Writes one request: RFC 9112 section 3, with the fields in the caller's order. Everything is
// checked before anything is written, so that no value, from any source, can add a line.
//
//     POST /target HTTP/1.1 CRLF  Host: host CRLF  fields  Content-Length: n CRLF  CRLF  body

import { requestBytesMax } from "./limits.js";
import { isTextByte, isTokenByte } from "./grammar.js";
import { LocalProtocolError, type LocalProtocolErrorKind } from "./protocol-error.js";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Origin form: a path with or without a query, percent-encoded. */
  readonly target: string;
  /** Name or address, with `:port` unless it is 80. */
  readonly host: string;
  /** Without Host, Content-Length and Transfer-Encoding: these are the writer's. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** ASCII. A GET without one has no Content-Length, a POST without one has 0. */
  readonly body?: string;
}

/** The request as bytes, ready for the socket. Throws LocalProtocolError if it cannot be sent. */
export function writeRequest(request: HttpRequest): Uint8Array {
  const { method, target, host, fields, body } = request;
  check(target, "target", (byte) => byte > 0x20 && byte < 0x7f && byte !== 0x23);
  if (!target.startsWith("/")) {
    throw new LocalProtocolError("target", "expected a target that begins with a slash");
  }
  check(host, "host", (byte) => byte > 0x20 && byte < 0x7f);

  let text = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
  for (const [name, value] of fields) {
    checkField(name, value);
    text += `${name}: ${value}\r\n`;
  }
  if (body !== undefined || method === "POST") {
    text += `Content-Length: ${String(body?.length ?? 0)}\r\n`;
  }
  text += "\r\n";
  if (body !== undefined && body.length > 0) {
    check(body, "body", (byte) => byte < 0x80);
    text += body;
  }
  return toBytes(text);
}

function checkField(name: string, value: string): void {
  check(name, "field-name", isTokenByte);
  switch (name.toLowerCase()) {
    case "host":
    case "content-length":
    case "transfer-encoding":
      throw new LocalProtocolError("field-name", `expected no field ${name}: it is the writer's`);
  }
  if (value.length === 0) return;
  check(value, "field-value", (byte) => isTextByte(byte) && byte < 0x80);
  if (value.trim() !== value) {
    throw new LocalProtocolError(
      "field-value",
      `expected the value of ${name} without blanks around it`,
    );
  }
}

/** Throws unless `text` has characters and all of them are allowed. */
function check(
  text: string,
  part: LocalProtocolErrorKind,
  isAllowed: (byte: number) => boolean,
): void {
  if (text.length === 0) throw new LocalProtocolError(part, `expected a ${part}, got none`);
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (!isAllowed(character)) {
      throw new LocalProtocolError(
        part,
        `expected only characters legal in a ${part}, got ${character} at ${at}`,
      );
    }
  }
}

function toBytes(text: string): Uint8Array {
  if (text.length > requestBytesMax) {
    throw new LocalProtocolError(
      "request-too-long",
      `expected a request of at most ${requestBytesMax} bytes, got ${text.length}`,
    );
  }
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
