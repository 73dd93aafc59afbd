// The HTTP response reader: however the bytes of a connection are cut into pieces, it gives the
// same events and the same error, and throws nothing but RemoteProtocolError.
//
//   input   0: how many requests wait (low 2 bits), their methods (2 bits each)   1: seed of the pieces
//           then what the peer sends; then it closes

import assert from "node:assert/strict";
import type * as errors from "../../../src/http/protocol-error.js";
import type * as readers from "../../../src/http/response-reader.js";
import { seededRandom } from "../../../src/simulator/chip/seeded.js";
import { latin1, type Target } from "../target.js";

const methods = ["GET", "POST", "HEAD", "GET"] as const;

function answers(first: string, ...texts: readonly string[]): Uint8Array {
  return latin1(first + texts.join(""));
}

export const responseReader: Target = {
  name: "response-reader",
  bytesMax: 3000,
  tokens: [
    ...[
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.0 ",
      "\r\n",
      "\r\n\r\n",
      "0\r\n",
      "5;a=b\r\n",
      "206",
      "100",
      "204",
    ],
    ...[
      "Content-Length: 3\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Content-Range: bytes 0-1/2\r\n",
    ],
    ...[
      "Connection: close\r\n",
      "Connection: keep-alive\r\n",
      "Retry-After: 1\r\n",
      "X: y\r\n",
      "chunked",
    ],
  ].map(latin1),
  seeds: () => [
    answers(
      "\x00\x01",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/csv\r\n\r\na\r\n",
    ),
    answers(
      "\x01\x02",
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/9\r\nContent-Length: 4\r\n\r\nabcd",
      "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    ),
    answers(
      "\x00\x03",
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      '4;a="b"\r\nabcd\r\n0\r\nX-Sum: 1\r\n\r\n',
    ),
    answers("\x00\x04", "HTTP/1.0 503 Busy\r\nRetry-After: 7\r\nLocation: /x\r\n\r\nrest"),
    answers(
      "\x08\x05",
      "HTTP/1.1 204 No Content\r\nKeep-Alive: x\r\nConnection: Keep-Alive\r\n\r\n",
    ),
  ],
  async open(load) {
    const { ResponseReader } = await load<typeof readers>("http/response-reader.js");
    const { RemoteProtocolError } = await load<typeof errors>("http/protocol-error.js");

    /** What the reader makes of the bytes, in pieces of what `draw` gives. */
    function play(input: Uint8Array, draw: () => number): string {
      const reader = new ResponseReader();
      const options = input[0] ?? 0;
      for (let request = 0; request <= (options & 3); request += 1) {
        reader.expect(methods[(options >> (2 + request)) & 3] ?? "GET");
      }
      let log = "";
      let isInBody = false;
      const drain = (): boolean => {
        try {
          for (let event = reader.next(); event !== undefined; event = reader.next()) {
            if (event.type === "body") {
              assert.ok(event.bytes.length > 0, "an empty body event");
              log += (isInBody ? "" : " body ") + Buffer.from(event.bytes).toString("latin1");
              isInBody = true;
              continue;
            }
            isInBody = false;
            log +=
              event.type === "head" ? ` ${JSON.stringify(event.head)}` : ` end ${event.reusable}`;
          }
          return true;
        } catch (error) {
          if (!(error instanceof RemoteProtocolError)) throw error;
          assert.throws(() => reader.next(), error);
          log += ` error ${error.kind}`;
          return false;
        }
      };
      for (let at = 2; at < input.length;) {
        const length = draw();
        reader.receive(input.slice(at, at + length));
        if (!drain()) return log;
        at += length;
      }
      reader.receiveEnd();
      drain();
      return log;
    }

    return (input) => {
      const whole = play(input, () => Infinity);
      assert.equal(
        play(input, () => 1),
        whole,
        "byte by byte",
      );
      const random = seededRandom(input[1] ?? 0);
      assert.equal(
        play(input, () => 1 + Math.floor(random() * 40)),
        whole,
        "in pieces",
      );
    };
  },
  plant: {
    module: "http/head-parser.js",
    find: "this.#fieldCount++;",
    replace: 'this.#fieldCount++; if (this.#fieldCount === 12) throw new Error("planted");',
    from: answers("\x00\x01", "HTTP/1.1 200 OK\r\n\r\n"),
  },
};
