// The four requests of a device as bytes on the wire.

import assert from "node:assert/strict";
import type { Identity } from "../../src/agent/identity.js";
import {
  activateRequest,
  infoRequest,
  listRequest,
  rangeRequests,
} from "../../src/agent/requests.js";
import { writeRequest, type HttpRequest } from "../../src/http/request-writer.js";

const cik = "0123456789abcdefghijABCDEFGHIJ0123456789";
const identity: Identity = {
  vendor: "my lights",
  model: "lamp:2~x",
  serial: "00:1B:44:11:3A:B7",
  host: "lights.example",
  port: 80,
};

function linesOf(request: HttpRequest): string[] {
  return String.fromCharCode(...writeRequest(request)).split("\r\n");
}

describe("requests", () => {
  it("ask for the CIK with a form, and no key", () => {
    assert.deepEqual(linesOf(activateRequest(identity)), [
      "POST /provision/activate HTTP/1.1",
      "Host: lights.example",
      "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
      "Accept-Encoding: identity",
      "Content-Length: 52",
      "",
      "vendor=my+lights&model=lamp:2~x&sn=00:1B:44:11:3A:B7",
    ]);
  });

  it("ask for the list, for the info of a content, and for a range of it", () => {
    const path = "/provision/download?vendor=my+lights&model=lamp:2~x";
    const head = ["Host: lights.example", `X-Exosite-CIK: ${cik}`, "Accept-Encoding: identity"];
    assert.deepEqual(linesOf(listRequest(identity, cik)), [
      `GET ${path} HTTP/1.1`,
      ...head,
      "",
      "",
    ]);
    assert.deepEqual(linesOf(infoRequest(identity, cik, "lamp-1.1.0+b 7")), [
      `GET ${path}&id=lamp-1.1.0%2Bb+7&info=true HTTP/1.1`,
      ...head,
      "",
      "",
    ]);
    const rangeRequest = rangeRequests(identity, cik, "lamp-1.1.0");
    for (const [first, last] of [
      [0, 4095],
      [4096, 4096],
    ] as const) {
      assert.deepEqual(linesOf(rangeRequest({ first, last })), [
        `GET ${path}&id=lamp-1.1.0 HTTP/1.1`,
        ...head,
        `Range: bytes=${first}-${last}`,
        "",
        "",
      ]);
    }
  });

  it("name a port that is not 80", () => {
    const lines = linesOf(listRequest({ ...identity, port: 8080 }, cik));
    assert.equal(lines[1], "Host: lights.example:8080");
  });
});
