// Every management procedure: what its method sends, and what it makes of the answer. The rows are
// the API's, 1 to 63.

import assert from "node:assert/strict";
import { contents, groups } from "./content-rows.js";
import { models, others, serials } from "./serial-rows.js";
import { StubService, stubClient, useStubs } from "./stub-service.js";

const rows = [...contents, ...groups, ...models, ...serials, ...others];
/** Downloads answer with more than a text: contents.test.ts. */
const elsewhere = [6, 8];

describe("each management procedure", () => {
  useStubs();

  for (const { number, call, line, sends, answer, result, deletesByPost = false } of rows) {
    it(`${number}: ${line}`, async () => {
      const status = answer === undefined ? 205 : 200;
      const stub = new StubService({ status, ...(answer !== undefined && { body: answer }) });
      assert.deepEqual(await call(stubClient({ deletesByPost })), result);
      const { request } = stub;
      assert.equal(request.line, line);
      const [type, body] = sends ?? [undefined, ""];
      assert.equal(request.headers["content-type"], type);
      assert.equal(request.body, body);
      if (sends !== undefined) {
        assert.equal(request.headers["content-length"], String(Buffer.byteLength(body)));
      }
    });
  }

  it("has a method: 63 of 63", () => {
    const numbers = [...rows.map(({ number }) => number), ...elsewhere].sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 63 }, (_, at) => at + 1),
    );
  });
});
