// What must hold for every byte stream: the pieces it comes in do not matter, nothing but
// RemoteProtocolError comes of garbage, nothing is gathered. Single rules: test/http/cases.

import assert from "node:assert/strict";
import fc from "fast-check";
import { RemoteProtocolError } from "../../src/http/protocol-error.js";
import { ResponseReader } from "../../src/http/response-reader.js";
import { headBytesMax, headerLineBytesMax } from "../../src/http/limits.js";
import { bytewise, readPieces, split } from "./event-log.js";
import { describeResponses, responses, writeResponses } from "./generated-response.js";

const places = fc.array(fc.nat(), { maxLength: 20 });

describe("response reader", () => {
  it("reads any row of well-formed responses, in any pieces", () => {
    fc.assert(
      fc.property(responses, places, (generated, cuts) => {
        const bytes = writeResponses(generated);
        const log = readPieces(
          generated.map(({ method }) => method),
          split(bytes, cuts),
          true,
        );
        assert.equal(log, describeResponses(generated));
      }),
      { numRuns: 300 },
    );
  });

  it("reads damaged responses in one way or refuses them, whatever the pieces", () => {
    const damage = fc.array(
      fc.record({
        at: fc.nat(),
        removed: fc.integer({ min: 0, max: 4 }),
        added: fc.oneof(
          fc.constantFrom(
            ..."\r|\n|\r\n|\r\n\r\n|\0|:| |\t|,|;|-|0|f|Content-Length: 5\r\n|5\r\n".split("|"),
            "Transfer-Encoding: chunked\r\n",
          ),
          fc.string({ unit: "binary", maxLength: 3 }),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const kinds = new Set<string>();
    fc.assert(
      fc.property(responses, damage, places, (generated, damages, cuts) => {
        let text = Buffer.from(writeResponses(generated)).toString("latin1");
        for (const { at, removed, added } of damages) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + added + text.slice(place + removed);
        }
        const kind = assertSameForAnyPieces(Buffer.from(text, "latin1"), cuts);
        if (kind !== undefined) kinds.add(kind);
      }),
      { numRuns: 500 },
    );
    // The damage is damage: many rules were broken, not one.
    assert.ok(kinds.size >= 10, `only ${[...kinds].join(", ")}`);
  });

  it("reads garbage in one way or refuses it, whatever the pieces", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.boolean(),
        places,
        (garbage, asBody, cuts) => {
          const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
          assertSameForAnyPieces(Buffer.concat([Buffer.from(asBody ? head : ""), garbage]), cuts);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("hands out views of what was received, not copies", () => {
    const bytes = Buffer.from(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    );
    const reader = new ResponseReader();
    reader.expect("GET");
    reader.receive(bytes);
    assert.equal(reader.next()?.type, "head");
    const event = reader.next();
    assert.ok(event?.type === "body");
    assert.equal(event.bytes.buffer, bytes.buffer);
    assert.equal(Buffer.from(event.bytes).toString(), "hello");
  });

  it("hands out a body at once, however little of it is there", () => {
    const reader = new ResponseReader();
    reader.expect("GET");
    reader.receive(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\na"));
    assert.deepEqual(
      [reader.next()?.type, reader.next()?.type, reader.next()],
      ["head", "body", undefined],
    );
    reader.receive(Buffer.from("b"));
    assert.deepEqual([reader.next()?.type, reader.next()], ["body", undefined]);
  });

  it("never takes in more than a head's bytes without an event or an error", () => {
    const endless = ["HTTP/1.1 200 OK\r\n", "a", "X: y\r\n", `X: ${"a".repeat(400)}\r\n`, "\r\n"];
    for (const piece of endless) {
      const reader = new ResponseReader();
      reader.expect("GET");
      reader.receive(Buffer.from("HTTP/1.1 200 OK\r\n"));
      assert.equal(reader.next(), undefined);
      let taken = 0;
      const feed = (): void => {
        for (; taken <= headBytesMax + headerLineBytesMax; taken += piece.length) {
          reader.receive(Buffer.from(piece));
          if (reader.next() !== undefined) return;
        }
        assert.fail(`${JSON.stringify(piece)} goes on and on`);
      };
      if (piece === "\r\n") feed();
      else assert.throws(feed, RemoteProtocolError);
    }
  });

  it("throws the same error at every call, and takes nothing in any more", () => {
    const reader = new ResponseReader();
    reader.expect("GET");
    reader.receive(Buffer.from("not HTTP\r\nmore"));
    let first: unknown;
    assert.throws(
      () => reader.next(),
      (error) => {
        first = error;
        return error instanceof RemoteProtocolError && error.kind === "status-line";
      },
    );
    reader.expect("GET");
    reader.receive(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    reader.receive(Buffer.from("more"));
    reader.receiveEnd();
    assert.throws(
      () => reader.next(),
      (error) => error === first,
    );
  });

  it("refuses to be handed more while bytes are unread: that is the caller's bug", () => {
    const reader = new ResponseReader();
    reader.expect("GET");
    reader.receive(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    assert.throws(
      () => {
        reader.receive(Buffer.from("more"));
      },
      (error) => error instanceof Error && !(error instanceof RemoteProtocolError),
    );
  });

  it("does not take bytes that came too early for the answer to a later request", () => {
    const reader = new ResponseReader();
    reader.receive(Buffer.from("HTTP/1.1 200 OK\r\nContent-Le"));
    assert.throws(() => reader.next(), { kind: "unsolicited-response" });
    reader.expect("GET");
    reader.receive(Buffer.from("ngth: 0\r\n\r\n"));
    assert.throws(() => reader.next(), { kind: "unsolicited-response" });
  });

  it("discards a CRLF that is cut in two by the next request", () => {
    const reader = new ResponseReader();
    reader.receive(Buffer.from("\r"));
    assert.equal(reader.next(), undefined);
    reader.expect("GET");
    reader.receive(Buffer.from("\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert.deepEqual([reader.next()?.type, reader.next()?.type], ["head", "end"]);
  });

  it("quotes nothing of what it refuses: it may be a key", () => {
    const secret = "a".repeat(40);
    for (const text of [`${secret}\r\n`, `HTTP/1.1 200 OK\r\n${secret}\r\n`]) {
      const reader = new ResponseReader();
      reader.expect("GET");
      reader.receive(Buffer.from(text));
      assert.throws(
        () => reader.next(),
        (error) => error instanceof RemoteProtocolError && !error.message.includes("aa"),
      );
    }
  });
});

/** Three outstanding requests, whole, bytewise and cut: one log. Returns the error's kind. */
function assertSameForAnyPieces(bytes: Uint8Array, cuts: readonly number[]): string | undefined {
  const methods = ["GET", "HEAD", "GET"] as const;
  const log = readPieces(methods, [bytes], true);
  assert.equal(readPieces(methods, bytewise(bytes), true), log, "byte by byte");
  assert.equal(readPieces(methods, split(bytes, cuts), true), log, "cut");
  return /^error (.+)$/m.exec(log)?.[1];
}
