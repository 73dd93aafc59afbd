// Options: defaults, and numbers that would make a device spin or sleep for ever.

import assert from "node:assert/strict";
import { completeOptions, type AgentOptions } from "../../src/agent/options.js";
import {
  chunkBytesDefault,
  chunkBytesMax,
  chunkBytesMin,
  pipelineDepthDefault,
  pipelineDepthMax,
  pollIntervalMsDefault,
  pollIntervalMsMin,
  timerMsMax,
  trialMsMax,
} from "../../src/agent/limits.js";

describe("options", () => {
  it("have defaults, all of them", () => {
    assert.deepEqual(completeOptions({}), {
      identity: {},
      release: undefined,
      allowOlder: false,
      chunkBytes: chunkBytesDefault,
      pipelineDepth: pipelineDepthDefault,
      pollIntervalMs: pollIntervalMsDefault,
      trialMs: trialMsMax,
      hooks: {},
      observer: {},
    });
  });

  it("are kept as they are given", () => {
    const options: AgentOptions = {
      identity: { vendor: "lights" },
      release: { kind: "fixed", id: "stable" },
      allowOlder: true,
      chunkBytes: chunkBytesMax,
      pipelineDepth: pipelineDepthMax,
      pollIntervalMs: pollIntervalMsMin,
      trialMs: 1,
      hooks: { mayRestart: () => true },
      observer: { connected: () => undefined },
    };
    assert.deepEqual(completeOptions(options), options);
  });

  it("refuse a number out of its bounds, or that is no whole one, by name", () => {
    const wrong: readonly [keyof AgentOptions, ...number[]][] = [
      ["chunkBytes", chunkBytesMin - 1, chunkBytesMax + 1, 4096.5],
      ["pipelineDepth", 0, pipelineDepthMax + 1],
      ["pollIntervalMs", 0, -1, pollIntervalMsMin - 1, timerMsMax, Infinity, NaN],
      ["trialMs", 0, -1, timerMsMax + 1, Infinity, NaN],
    ];
    for (const [name, ...values] of wrong) {
      for (const value of values) {
        assert.throws(() => completeOptions({ [name]: value }), {
          name: "RangeError",
          message: new RegExp(`^${name} .*got ${value}$`),
        });
      }
    }
  });

  it("leave every pause, jitter included, within what a timer takes", () => {
    const longest = Math.floor(timerMsMax / 1.5);
    assert.equal(completeOptions({ pollIntervalMs: longest }).pollIntervalMs, longest);
    assert.throws(() => completeOptions({ pollIntervalMs: longest + 1 }));
  });
});
