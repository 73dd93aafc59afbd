import assert from "node:assert/strict";
import { DatabaseUnreachable } from "../../src/service/errors.js";
import { ErrorLog } from "../../src/service/error-log.js";
import { errorKindsMax } from "../../src/service/limits.js";

describe("the log of errors", () => {
  it("tells an error once, and then how often it came again", () => {
    const lines: string[] = [];
    const log = new ErrorLog((line) => lines.push(line));
    const full = new DatabaseUnreachable(new Error("database or disk is full"));
    for (let count = 0; count < 1000; count++) log.tell(full);
    assert.deepEqual(lines, ["DatabaseUnreachable: database or disk is full"]);
    log.flush();
    assert.deepEqual(lines.slice(1), [
      "DatabaseUnreachable: database or disk is full (999 more times)",
    ]);
    log.flush();
    assert.equal(lines.length, 2);
    log.tell(full);
    assert.equal(lines.length, 3);
    log.flush();
  });

  it("tells a bug with its stack, and what is no error as it is", () => {
    const lines: string[] = [];
    const log = new ErrorLog((line) => lines.push(line));
    log.tell(new TypeError("x is not a function"));
    assert.match(lines[0] ?? "", /^TypeError: x is not a function\n {4}at /);
    log.tell("odd");
    assert.equal(lines[1], "odd");
    log.flush();
    assert.equal(lines.length, 2);
  });

  it("counts no more than some different errors at a time", () => {
    const lines: string[] = [];
    const log = new ErrorLog((line) => lines.push(line));
    for (let at = 0; at < 3 * errorKindsMax; at++) log.tell(`error ${at}`);
    log.flush();
    assert.equal(lines.length, 3 * errorKindsMax);
  });

  it("does not fail with what it writes to", () => {
    const log = new ErrorLog(() => {
      throw new Error("EPIPE");
    });
    log.tell("odd");
    log.tell("odd");
    log.flush();
  });
});
