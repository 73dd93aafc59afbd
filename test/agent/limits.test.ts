// The relations between bounds that code relies on without checking.

import assert from "node:assert/strict";
import * as agentLimits from "../../src/agent/limits.js";
import { imageHeadBytes } from "../../src/flash/app-image-head.js";
import * as httpLimits from "../../src/http/limits.js";
import { sectorBytes } from "../../src/ports/flash.js";
import * as protocolLimits from "../../src/protocol/limits.js";
import { encodeForm } from "../../src/protocol/form.js";
import { formatMeta } from "../../src/protocol/release.js";
import { infoTarget } from "../../src/protocol/paths.js";

const limits = { ...protocolLimits, ...httpLimits, ...agentLimits, imageHeadBytes, sectorBytes };

describe("limits of the device", () => {
  it("are whole numbers above zero", () => {
    for (const [name, value] of Object.entries(limits)) {
      assert.ok(Number.isSafeInteger(value) && value > 0, name);
    }
  });

  it("fit into one another", () => {
    const ascending: [why: string, ...(keyof typeof limits)[]][] = [
      ["a head holds its longest line", "headerLineBytesMax", "headBytesMax"],
      ["a trailer section holds its longest line", "headerLineBytesMax", "trailerBytesMax"],
      ["a chunk", "chunkBytesMin", "chunkBytesDefault", "chunkBytesMax"],
      ["an image head fits into a sector", "imageHeadBytes", "sectorBytes"],
      ["pipelining", "pipelineDepthDefault", "pipelineDepthMax"],
      ["a row fits into a segment", "rowBytesMax", "receiveBytes"],
      ["back-off", "retryDelayMsMin", "refusedDelayMsMin", "retryDelayMsMax"],
      ["back-off is shorter than polling", "retryDelayMsMax", "pollIntervalMsDefault"],
      ["what is rejected does not hide what is good", "rejectedMax", "candidatesMax"],
      ["silence ends an answer before its time does", "silenceTimeoutMs", "answerTimeoutMs"],
      ["a trial outlives an answer that hangs", "answerTimeoutMs", "trialMsMax"],
    ];
    for (const [why, ...names] of ascending) {
      const values = names.map((name) => limits[name]);
      assert.deepEqual(
        [...values].sort((a, b) => a - b),
        values,
        why,
      );
    }
  });

  it("let a chunk be made of sectors, or a sector of chunks", () => {
    assert.equal(limits.chunkBytesDefault % limits.sectorBytes, 0);
    assert.equal(limits.sectorBytes % limits.chunkBytesMin, 0);
    assert.equal(limits.chunkBytesMax % limits.sectorBytes, 0);
  });

  it("let an info row with the longest meta of ours through", () => {
    const meta = formatMeta({
      version: "1".repeat(limits.versionCharactersMax),
      sha256: "a".repeat(64),
    });
    assert.ok(`application/octet-stream,4294967295,4294967295,${meta}`.length < limits.rowBytesMax);
  });

  it("let the longest request of a device through", () => {
    const name = ": ".repeat(limits.nameBytesMax / 2);
    const host = "h".repeat(253);
    const head =
      `GET ${infoTarget(name, name, name)} HTTP/1.1\r\nHost: ${host}:65535\r\n` +
      `X-Exosite-CIK: ${"0".repeat(limits.cikCharacters)}\r\n` +
      `Range: bytes=4294967295-4294967295\r\n\r\n`;
    assert.ok(head.length <= limits.requestBytesMax, String(head.length));
    const activation =
      "POST /provision/activate HTTP/1.1\r\nContent-Length: 1024\r\n" +
      `Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nHost: ${host}\r\n\r\n` +
      encodeForm([
        ["vendor", name],
        ["model", name],
        ["sn", ": ".repeat(limits.serialBytesMax / 2)],
      ]);
    assert.ok(activation.length <= limits.requestBytesMax, String(activation.length));
  });
});
