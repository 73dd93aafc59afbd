// What a hostile server, or whoever stands between, can do to one answer. Each misdeed is drawn
// anew from a source of chance, so that a seed replays it. `harmless` ones are within HTTP/1.1: the
// device must take such an answer for what it is.

import { gzipSync } from "node:zlib";
import type { PeerSocket } from "../../hosts/node/virtual-network.js";
import { ascii, failure, type Bend, type VirtualAnswer } from "./virtual-service.js";

export type Random = () => number;

/** What a misdeed has at hand. */
export interface Means {
  readonly random: Random;
  readonly schedule: (callback: () => void, delayMs: number) => void;
}

export interface Misdeed {
  readonly name: string;
  readonly harmless?: true;
  readonly make: (means: Means) => Bend;
}

const statuses = [200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 409, 416, 429, 500, 503];
const trickleMs = 5000;
const floodBytes = 100_000;

/** Every misdeed, as a list: what a seed draws from. */
export const misdeeds: readonly Misdeed[] = [
  { name: "never answers", make: () => () => undefined },
  { name: "resets the connection", make: () => () => (socket) => socket.reset() },
  { name: "ends the connection", make: () => () => (socket) => socket.end() },
  misdeed("truncates its answer and ends", ({ random }) => cut(random, "end")),
  misdeed("truncates its answer and resets", ({ random }) => cut(random, "reset")),
  misdeed("stalls within its answer", ({ random }) => cut(random)),
  { name: "trickles", make: trickling },
  misdeed("floods after its answer", () => (bytes) => joined(bytes, noise(floodBytes))),
  { name: "floods within its answer", make: () => raw(flood) },
  { name: "answers in another order", make: reordering },
  misdeed("answers twice", () => (bytes) => joined(bytes, bytes)),
  {
    name: "answers, then tells late that it closes",
    make: () => raw((answer) => joined(bytesOf(answer), ascii("HTTP/1.1 408 Late\r\n\r\n")), "end"),
  },
  bending("answers 200 to a range", (answer) => ({
    ...answer,
    status: 200,
    fields: answer.fields.filter(([name]) => name !== "Content-Range"),
  })),
  bending("answers with another status", (answer, random) => ({
    ...answer,
    status: statuses[below(random, statuses.length)] ?? 500,
  })),
  bending("fails", (_answer, random) =>
    failure(statuses[below(random, statuses.length)] ?? 500, "Answer"),
  ),
  bending("lies in Content-Range", (answer, random) => {
    const [first, last, total] = [9, 9999, 99_999].map((limit) => below(random, limit));
    return withField(answer, "Content-Range", `bytes ${first}-${last}/${total}`);
  }),
  bending("sends no Content-Range", (answer) => withField(answer, "Content-Range")),
  bending("sends two Content-Lengths", (answer, random) =>
    withField(answer, "Content-Length", String(below(random, 9000))),
  ),
  misdeed("lies in Content-Length", ({ random }) => (bytes) => {
    const length = String(below(random, 9000));
    return replaced(bytes, /Content-Length: \d+/, `Content-Length: ${length}`);
  }),
  bending("shortens its body", (answer, random) => ({
    ...answer,
    body: answer.body.slice(0, below(random, answer.body.length)),
  })),
  bending("sends other bytes of the same length", (answer, random) => ({
    ...answer,
    body: answer.body.map((byte, at) => (at === 0 || random() < 0.01 ? byte ^ 1 : byte)),
  })),
  misdeed("flips bits anywhere", ({ random }) => (bytes) => {
    const at = below(random, bytes.length);
    return bytes.map((byte, index) =>
      index === at || random() < 0.01 ? byte ^ (1 << below(random, 8)) : byte,
    );
  }),
  bending("says chunked and length", (answer) => withField(answer, "Transfer-Encoding", "chunked")),
  {
    name: "sends chunks with extensions and trailers",
    harmless: true,
    make: ({ random }) => raw((answer) => chunked(answer, random, true)),
  },
  {
    name: "sends chunks that end in the middle",
    make: ({ random }) => raw((answer) => chunked(answer, random, false), "end"),
  },
  {
    name: "sends chunk heads without end",
    make: () => raw(() => ascii(`${chunkedHead(200)}\r\n${"1;x=y\r\na\r\n".repeat(20_000)}`)),
  },
  {
    name: "sends trailers without end",
    make: () => raw(() => ascii(`${chunkedHead(200)}\r\n0\r\n${"X: y\r\n".repeat(10_000)}`)),
  },
  {
    name: "sends a few interim answers first",
    harmless: true,
    make: ({ random }) =>
      raw((answer) => {
        const hint = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
        return joined(ascii(hint.repeat(1 + below(random, 4))), bytesOf(answer));
      }),
  },
  misdeed(
    "storms with interim answers",
    () => (bytes) => joined(ascii("HTTP/1.1 102 Wait\r\n\r\n".repeat(500)), bytes),
  ),
  {
    name: "closes after its answer and says so",
    harmless: true,
    make: () => (_request, answer) => ({ ...answer, close: true }),
  },
  { name: "closes after its answer without a word", make: () => raw(bytesOf, "end") },
  {
    name: "closes a while after its answer, without a word",
    make:
      ({ random, schedule }) =>
      (_request, answer) =>
      (socket) => {
        socket.send(bytesOf(answer));
        schedule(
          () => {
            socket.end();
          },
          below(random, 40),
        );
      },
  },
  bending("compresses its answer, and says so", (answer) => ({
    ...withField(answer, "Content-Encoding", "gzip"),
    body: Uint8Array.from(gzipSync(answer.body)),
  })),
  bending("compresses its answer, and does not say so", (answer) => ({
    ...answer,
    body: Uint8Array.from(gzipSync(answer.body)),
  })),
  bending("answers a range in parts", (answer) =>
    withField(
      withField(answer, "Content-Type", "multipart/byteranges; boundary=part"),
      "Content-Range",
    ),
  ),
  bending("does not say how long the content is", (answer) => {
    const range = answer.fields.find(([name]) => name === "Content-Range")?.[1] ?? "";
    return withField(answer, "Content-Range", range.replace(/\/.*/, "/*"));
  }),
  bending("puts a byte order mark in front", (answer) => ({
    ...answer,
    body: joined(ascii("\xef\xbb\xbf"), answer.body),
  })),
  {
    name: "leaves the reason phrase out",
    harmless: true,
    make: () => raw((answer) => replaced(bytesOf(answer), /^(HTTP\/1.1 \d+) Answer/, "$1")),
  },
  {
    name: "pads its chunk sizes",
    harmless: true,
    make: () =>
      raw((answer) => {
        const lines = answer.fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
        const size = answer.body.length.toString(16).padEnd(8);
        const chunk = answer.body.length === 0 ? "" : `${size}\r\n`;
        const end = answer.body.length === 0 ? "0   \r\n\r\n" : "\r\n0   \r\n\r\n";
        const head = ascii(`${chunkedHead(answer.status)}${lines}\r\n${chunk}`);
        return joined(head, answer.body, ascii(end));
      }),
  },
  {
    name: "sends a field line that is long and of no interest",
    harmless: true,
    make: () => (_request, answer) =>
      withField(answer, "Content-Security-Policy", "default-src 'self' ".repeat(60)),
  },
  {
    name: "sends a head without end",
    make: () => raw(() => ascii(`HTTP/1.1 206 OK\r\nX: ${"x".repeat(floodBytes)}`)),
  },
  {
    name: "sends fields without end",
    make: () => raw(() => ascii(`HTTP/1.1 206 OK\r\n${"X: y\r\n".repeat(10_000)}`)),
  },
  misdeed("sends lines of another protocol", ({ random }) => (bytes) => {
    const lines = [
      "HTTP/1.0 200 OK",
      "HTTP/2 200",
      "http/1.1 200 OK",
      "ICY 200 OK",
      " HTTP/1.1 200",
    ];
    return replaced(bytes, /^.*/, lines[below(random, lines.length)] ?? "");
  }),
  misdeed("folds, spaces and bares its lines", ({ random }) => (bytes) => {
    const changes: [RegExp, string][] = [
      [/\r\nConnection: /, "\r\n Connection: "],
      [/\r\nContent-Length:/, "\r\nContent-Length :"],
      [/\r\n/g, "\n"],
      [/\r\n\r\n/, "\r\nX\r\n\r\n"],
    ];
    const [pattern, text] = changes[below(random, changes.length)] ?? [/^/, ""];
    return replaced(bytes, pattern, text);
  }),
  bending("redirects", (answer) =>
    withField({ ...answer, status: 302 }, "Location", "http://elsewhere.example/"),
  ),
  bending("is a captive portal", () => ({
    status: 200,
    fields: [["Content-Type", "text/html"]],
    body: ascii("<html><form action=login>Log in</form></html>"),
  })),
  bending("is a portal that says nothing", () => ({ status: 204, fields: [], body: noBytes })),
  bending("asks to wait", (answer, random) => {
    const waits = ["0", "7", "99999999999", "-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"];
    const status = random() < 0.5 ? 429 : 503;
    const dated = withField(answer, "Date", "Wed, 21 Oct 2026 07:27:00 GMT");
    return withField(
      { ...dated, status },
      "Retry-After",
      waits[below(random, waits.length)] ?? "0",
    );
  }),
  {
    name: "sends noise",
    make: ({ random }) =>
      raw(() => Uint8Array.from({ length: below(random, 3000) }, () => below(random, 256)), "end"),
  },
];

const noBytes = new Uint8Array(0);

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** A misdeed that changes an answer before it is made into bytes. */
function bending(
  name: string,
  bend: (answer: VirtualAnswer, random: Random) => VirtualAnswer,
): Misdeed {
  return {
    name,
    make:
      ({ random }) =>
      (_request, answer) =>
        bend(answer, random),
  };
}

/** A misdeed that changes the bytes of an answer. */
function misdeed(
  name: string,
  make: (means: Means) => ((bytes: Uint8Array) => Uint8Array) & { end?: "end" | "reset" },
): Misdeed {
  return {
    name,
    make: (means) => {
      const change = make(means);
      return raw((answer) => change(bytesOf(answer)), change.end);
    },
  };
}

function raw(bytes: (answer: VirtualAnswer) => Uint8Array, end?: "end" | "reset"): Bend {
  return (_request, answer) => (socket) => {
    socket.send(bytes(answer));
    if (end !== undefined) socket[end]();
  };
}

function cut(
  random: Random,
  end?: "end" | "reset",
): ((bytes: Uint8Array) => Uint8Array) & { end?: "end" | "reset" } {
  const change = (bytes: Uint8Array): Uint8Array => bytes.slice(0, below(random, bytes.length));
  return end === undefined ? change : Object.assign(change, { end });
}

/** A byte every five seconds, each before silence ends the answer. */
function trickling({ schedule }: Means): Bend {
  return (_request, answer) => (socket) => {
    const bytes = bytesOf(answer);
    const send = (at: number): void => {
      if (at === bytes.length) return;
      socket.send(bytes.subarray(at, at + 1));
      schedule(() => {
        send(at + 1);
      }, trickleMs);
    };
    send(0);
  };
}

/** Holds one answer back until the next one has gone out, on whatever connection. */
function reordering(): Bend {
  let held: { socket: PeerSocket; bytes: Uint8Array } | undefined;
  return (_request, answer) => (socket) => {
    if (held === undefined) {
      held = { socket, bytes: bytesOf(answer) };
      return;
    }
    socket.send(bytesOf(answer));
    held.socket.send(held.bytes);
    held = undefined;
  };
}

function flood(answer: VirtualAnswer): Uint8Array {
  return bytesOf({ ...answer, body: joined(answer.body, noise(floodBytes)) });
}

function noise(byteLength: number): Uint8Array {
  return new Uint8Array(byteLength).map((_, at) => (at * 7) & 255);
}

function withField(answer: VirtualAnswer, name: string, value?: string): VirtualAnswer {
  const fields = answer.fields.filter(([other]) => other !== name);
  return { ...answer, fields: value === undefined ? fields : [...fields, [name, value]] };
}

function bytesOf({ status, fields, body }: VirtualAnswer): Uint8Array {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head =
    `HTTP/1.1 ${status} Answer\r\nConnection: Keep-Alive\r\n` +
    `Content-Length: ${body.length}\r\n${lines}\r\n`;
  return joined(ascii(head), body);
}

function chunkedHead(status: number): string {
  return `HTTP/1.1 ${status} Answer\r\nTransfer-Encoding: chunked\r\n`;
}

function chunked(answer: VirtualAnswer, random: Random, isWhole: boolean): Uint8Array {
  const lines = answer.fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  let bytes = ascii(`${chunkedHead(answer.status)}Trailer: X-Sum\r\n${lines}\r\n`);
  for (let at = 0; at < answer.body.length;) {
    const part = answer.body.subarray(at, at + 1 + below(random, 700));
    const head = ascii(`${part.length.toString(16).toUpperCase()};sum="a;b"\r\n`);
    bytes = joined(bytes, head, part, ascii("\r\n"));
    at += part.length;
  }
  return isWhole
    ? joined(bytes, ascii("000;last\r\nX-Sum: 1\r\n\r\n"))
    : joined(bytes, ascii("5\r\nab"));
}

function replaced(bytes: Uint8Array, pattern: RegExp, text: string): Uint8Array {
  return ascii(Buffer.from(bytes).toString("latin1").replace(pattern, text));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
