// The Provision service as a device sees it, on the virtual network: it remembers activations,
// lists contents, answers ranges. A test can bend any answer before it leaves. The real service is
// src/service; this one exists to be hostile, and to live on virtual time.

import type { Accept, PeerHandler, PeerSocket } from "../../hosts/node/virtual-network.js";

export interface VirtualContent {
  bytes: Uint8Array;
  meta: string;
  timestampSeconds: number;
}

export interface VirtualRequest {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface VirtualAnswer {
  status: number;
  fields: [name: string, value: string][];
  body: Uint8Array;
  /** Closes after this answer, in good order. */
  close?: boolean;
}

/** What the service knows of its devices and goes on knowing, whatever becomes of them. */
export interface ServiceMemory {
  readonly enabled: readonly string[];
  readonly ciks: readonly (readonly [serial: string, cik: string])[];
  readonly activations: number;
}

/** Bends an answer. `undefined` sends nothing: the request is lost. A function sends as it likes. */
export type Bend = (
  request: VirtualRequest,
  answer: VirtualAnswer,
) => VirtualAnswer | undefined | ((socket: PeerSocket) => void);

export class VirtualService {
  readonly contents = new Map<string, VirtualContent>();
  /** Serials that may activate now. */
  readonly enabled = new Set<string>();
  readonly ciks = new Map<string, string>();
  /** All requests in their order, as `METHOD /path?query`. */
  readonly requests: string[] = [];
  activations = 0;
  /** Requests received and not yet answered, at most so far, on one connection. */
  inFlightMax = 0;
  bend: Bend = (_request, answer) => answer;
  /** Time the service needs for an answer. */
  schedule: (callback: () => void) => void = (callback) => {
    callback();
  };

  readonly accept: Accept = (socket) => new Exchange(this, socket);

  get memory(): ServiceMemory {
    const { enabled, ciks, activations } = this;
    return { enabled: [...enabled], ciks: [...ciks], activations };
  }

  /** Goes back to what it knew then. */
  recall({ enabled, ciks, activations }: ServiceMemory): void {
    this.enabled.clear();
    for (const serial of enabled) this.enabled.add(serial);
    this.ciks.clear();
    for (const [serial, cik] of ciks) this.ciks.set(serial, cik);
    this.activations = activations;
  }

  answer(request: VirtualRequest): VirtualAnswer {
    if (request.path === "/provision/activate") return this.#activate(request);
    if (request.path === "/provision/download") return this.#download(request);
    return failure(404, "Not Found");
  }

  #activate(request: VirtualRequest): VirtualAnswer {
    const serial = parseQuery(request.body).get("sn") ?? "";
    if (!this.enabled.has(serial)) return failure(409, "Conflict");
    this.enabled.delete(serial);
    this.activations += 1;
    const cik = this.activations.toString(16).padStart(40, "c");
    this.ciks.set(serial, cik);
    return {
      status: 200,
      fields: [["Content-Type", "text/plain; charset=utf-8"]],
      body: ascii(cik),
    };
  }

  #download(request: VirtualRequest): VirtualAnswer {
    const cik = request.fields.get("x-exosite-cik") ?? "";
    if (![...this.ciks.values()].includes(cik)) return failure(401, "Unauthorized");
    const id = request.query.get("id");
    if (id === undefined) return csv([...this.contents.keys()].sort().join("\r\n"));
    const content = this.contents.get(id);
    if (content === undefined) return failure(404, "Not Found");
    if (request.query.get("info") === "true") {
      const size = String(content.bytes.length);
      return csv(`application/octet-stream,${size},${content.timestampSeconds},${content.meta}`);
    }
    return this.#range(request, content.bytes);
  }

  #range(request: VirtualRequest, bytes: Uint8Array): VirtualAnswer {
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.fields.get("range") ?? "");
    const first = Number(match?.[1] ?? 0);
    const last = Math.min(Number(match?.[2] ?? bytes.length - 1), bytes.length - 1);
    if (first > last) return failure(416, "Range Not Satisfiable");
    const fields: [string, string][] = [["Accept-Ranges", "bytes"]];
    if (match !== null) {
      fields.push(["Content-Range", `bytes ${first}-${last}/${bytes.length}`]);
    }
    fields.push(["Content-Type", "application/octet-stream"]);
    return { status: match === null ? 200 : 206, fields, body: bytes.subarray(first, last + 1) };
  }
}

/** One connection: requests in, answers out in the same order, however long each takes. */
class Exchange implements PeerHandler {
  readonly #service: VirtualService;
  readonly #socket: PeerSocket;
  #text = "";
  readonly #unanswered: VirtualRequest[] = [];
  #over = false;

  constructor(service: VirtualService, socket: PeerSocket) {
    this.#service = service;
    this.#socket = {
      send: (bytes) => {
        socket.send(bytes);
      },
      end: () => {
        this.#over = true;
        socket.end();
      },
      reset: () => {
        this.#over = true;
        socket.reset();
      },
    };
  }

  onBytes(bytes: Uint8Array): void {
    this.#text += Buffer.from(bytes).toString("latin1");
    for (;;) {
      const request = this.#takeRequest();
      if (request === undefined) return;
      const inFlight = this.#unanswered.push(request);
      this.#service.inFlightMax = Math.max(this.#service.inFlightMax, inFlight);
      this.#service.schedule(() => {
        this.#answerOldest();
      });
    }
  }

  onClosed(): void {
    this.#over = true;
  }

  #takeRequest(): VirtualRequest | undefined {
    const end = this.#text.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const [requestLine = "", ...lines] = this.#text.slice(0, end).split("\r\n");
    const fields = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const length = Number(fields.get("content-length") ?? 0);
    if (this.#text.length < end + 4 + length) return undefined;
    const body = this.#text.slice(end + 4, end + 4 + length);
    this.#text = this.#text.slice(end + 4 + length);
    const [method = "", target = ""] = requestLine.split(" ");
    this.#service.requests.push(`${method} ${target}`);
    const [path = "", query = ""] = target.split("?");
    return { method, path, query: parseQuery(query), fields, body };
  }

  #answerOldest(): void {
    const request = this.#unanswered.shift();
    if (request === undefined || this.#over) return;
    const bent = this.#service.bend(request, this.#service.answer(request));
    if (bent === undefined) return;
    if (typeof bent === "function") {
      bent(this.#socket);
      return;
    }
    this.#socket.send(formatAnswer(bent));
    if (bent.close === true) this.#socket.end();
  }
}

/** The bytes of an answer, head and body. */
function formatAnswer(answer: VirtualAnswer): Uint8Array {
  const fields = answer.fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const connection = answer.close === true ? "Close" : "Keep-Alive";
  const head =
    `HTTP/1.1 ${answer.status} Answer\r\nServer: virtual\r\nConnection: ${connection}\r\n` +
    `Content-Length: ${answer.body.length}\r\n${fields}\r\n`;
  const bytes = new Uint8Array(head.length + answer.body.length);
  bytes.set(ascii(head));
  bytes.set(answer.body, head.length);
  return bytes;
}

export function failure(status: number, reason: string): VirtualAnswer {
  const body = ascii(`HTTP/1.1 ${status} ${reason}\r\n`);
  return { status, fields: [["Content-Type", "text/plain; charset=utf-8"]], body };
}

function csv(rows: string): VirtualAnswer {
  const body = ascii(rows === "" ? "" : `${rows}\r\n`);
  return { status: 200, fields: [["Content-Type", "text/csv; charset=utf-8"]], body };
}

function parseQuery(text: string): Map<string, string> {
  return new Map(new URLSearchParams(text));
}

export function ascii(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
