// What a request looks like on the wire, and that nothing can be smuggled into one. That a foreign
// parser reads it back: against-node.test.ts.

import assert from "node:assert/strict";
import fc from "fast-check";
import { LocalProtocolError, type LocalProtocolErrorKind } from "../../src/http/protocol-error.js";
import { writeRequest, type HttpRequest } from "../../src/http/request-writer.js";
import { requestBytesMax } from "../../src/http/limits.js";

const get: HttpRequest = { method: "GET", target: "/", host: "h", fields: [] };

function written(request: HttpRequest): string {
  return Buffer.from(writeRequest(request)).toString("latin1");
}

function assertRefused(request: HttpRequest, kind: LocalProtocolErrorKind): void {
  assert.throws(
    () => writeRequest(request),
    (error) => error instanceof LocalProtocolError && error.kind === kind,
    `${kind}: ${JSON.stringify(request)}`,
  );
}

describe("request writer", () => {
  it("writes Host first, the fields in their order, Content-Length last, then the body", () => {
    const request: HttpRequest = {
      method: "POST",
      target: "/provision/activate",
      host: "m2.exosite.com",
      fields: [
        ["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"],
        ["X-Exosite-CIK", ""],
      ],
      body: "vendor=v",
    };
    assert.equal(
      written(request),
      "POST /provision/activate HTTP/1.1\r\n" +
        "Host: m2.exosite.com\r\n" +
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n" +
        "X-Exosite-CIK: \r\n" +
        "Content-Length: 8\r\n" +
        "\r\n" +
        "vendor=v",
    );
  });

  it("tells the length of a body that is empty, and of a POST without one", () => {
    assert.equal(written(get), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const withLength = "/ HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    assert.equal(written({ ...get, body: "" }), `GET ${withLength}`);
    assert.equal(written({ ...get, method: "POST" }), `POST ${withLength}`);
    assert.equal(written({ ...get, method: "POST", body: "" }), `POST ${withLength}`);
  });

  it("writes whatever it writes with the lines it was asked for, or not at all", () => {
    const anything = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from("\r\n\0 \t:a/ä☃\x7f")), maxLength: 6 }),
      fc.string({ unit: "binary", maxLength: 6 }),
    );
    const request = fc.record({
      method: fc.constantFrom("GET" as const, "POST" as const),
      target: anything.map((text) => `/${text}`),
      host: anything.map((text) => `h${text}`),
      fields: fc.array(
        fc.tuple(
          anything.map((text) => `X${text}`),
          anything,
        ),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(request, (each) => {
        let text: string;
        try {
          text = written(each);
        } catch (error) {
          assert.ok(error instanceof LocalProtocolError);
          return;
        }
        const lines = text.split("\r\n");
        const hasLength = each.method === "POST";
        assert.equal(lines.length, 4 + each.fields.length + (hasLength ? 1 : 0));
        assert.equal(lines[0], `${each.method} ${each.target} HTTP/1.1`);
        assert.equal(lines[0].split(" ").length, 3);
        assert.ok(!/[\r\n\0]/.test(lines.join("")));
      }),
      { numRuns: 200 },
    );
  });

  const injections = ["\r\nX: y", "\n", "\r", "\0", " ", "\x7f", "ä", "☃"];

  it("refuses line ends, NUL, blanks and what is not ASCII in target and host", () => {
    for (const injection of injections) {
      assertRefused({ ...get, target: `/a${injection}b` }, "target");
      assertRefused({ ...get, host: `a${injection}b` }, "host");
    }
    assertRefused({ ...get, target: "/a#b" }, "target");
    assertRefused({ ...get, target: "a" }, "target");
    assertRefused({ ...get, target: "" }, "target");
    assertRefused({ ...get, host: "" }, "host");
  });

  it("refuses them in fields, and blanks around a value", () => {
    for (const injection of injections) {
      assertRefused({ ...get, fields: [[`a${injection}b`, "c"]] }, "field-name");
      if (injection === " ") continue;
      assertRefused({ ...get, fields: [["a", `b${injection}c`]] }, "field-value");
    }
    assertRefused({ ...get, fields: [["", "a"]] }, "field-name");
    assertRefused({ ...get, fields: [["a:", "b"]] }, "field-name");
    assertRefused({ ...get, fields: [["a", " b"]] }, "field-value");
    assertRefused({ ...get, fields: [["a", "b\t"]] }, "field-value");
  });

  it("refuses a body that is not ASCII: its length would be another in bytes", () => {
    assertRefused({ ...get, method: "POST", body: "a=ä" }, "body");
  });

  it("keeps to itself the fields that tell where a message ends", () => {
    for (const name of ["Host", "content-length", "TRANSFER-ENCODING"]) {
      assertRefused({ ...get, fields: [[name, "1"]] }, "field-name");
    }
  });

  it("writes up to the bound and not a byte more", () => {
    const target = "/".padEnd(requestBytesMax - written(get).length + 1, "a");
    assert.equal(writeRequest({ ...get, target }).length, requestBytesMax);
    assertRefused({ ...get, target: `${target}a` }, "request-too-long");
    assertRefused(
      { ...get, method: "POST", body: "a".repeat(requestBytesMax) },
      "request-too-long",
    );
  });

  it("quotes no value in an error: it may be a key", () => {
    assert.throws(
      () => writeRequest({ ...get, fields: [["X-Exosite-CIK", "secret\n"]] }),
      (error) => error instanceof LocalProtocolError && !error.message.includes("secret"),
    );
  });
});
