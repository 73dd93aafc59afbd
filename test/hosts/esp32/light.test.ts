import assert from "node:assert/strict";

import type { AgentStatus } from "../../../src/agent/status.js";
import config from "./moddable/config.js";
import FakeDigital from "./moddable/digital.js";
import "./moddable/register.js";
import FakeTimer from "./moddable/timer.js";

describe("the status light", () => {
  let showStatus: (agent: { readonly status: AgentStatus }) => void;
  const status = (state: AgentStatus["state"], waitsForHuman = false): AgentStatus => ({
    ...{ state, waitsForHuman, reason: "", sinceMs: 0, trial: false, version: "1.0.0" },
    release: undefined,
  });

  before(async () => {
    ({ showStatus } = await import("../../../hosts/esp32/light.js"));
  });

  beforeEach(() => {
    FakeTimer.pending = [];
    forget();
  });

  afterEach(() => {
    for (const name of Object.keys(config)) Reflect.deleteProperty(config, name);
  });

  function forget(): void {
    FakeDigital.last = undefined;
  }

  function pin(): FakeDigital {
    assert(FakeDigital.last !== undefined);
    return FakeDigital.last;
  }

  /** What the light shows in 2 s, a character for 100 ms. */
  function watch(agent: { status: AgentStatus }): string {
    showStatus(agent);
    let shown = "";
    for (let tick = 0; tick < 20; tick += 1) {
      FakeTimer.fire();
      shown += pin().written.at(-1) === 1 ? "#" : ".";
    }
    return shown;
  }

  for (const none of [undefined, "", "x"]) {
    it(`is left alone if its pin is ${JSON.stringify(none)}`, () => {
      Object.assign(config, { ledPin: none });
      showStatus({ status: status("idle") });
      assert.deepEqual([FakeDigital.last, FakeTimer.pending], [undefined, []]);
    });
  }

  const shows: readonly (readonly [what: AgentStatus, pattern: RegExp])[] = [
    [status("idle"), /^#{20}$/],
    [status("downloading"), /^#{4}\.{5}#{5}\.{5}#$/],
    [status("backing-off"), /^\.{19}#$/],
    [status("refused", true), /^(\.#){10}$/],
  ];
  for (const [what, pattern] of shows) {
    it(`shows ${what.state}`, () => {
      config["ledPin"] = "2";
      assert.match(watch({ status: what }), pattern);
      assert.deepEqual(pin().options, { pin: 2, mode: FakeDigital.Output });
    });
  }

  it("is turned on by a low level if so configured", () => {
    Object.assign(config, { ledPin: 8, ledActiveLow: "1" });
    assert.match(watch({ status: status("idle") }), /^\.{20}$/);
    assert.equal(pin().options.pin, 8);
  });

  it("follows the agent", () => {
    config["ledPin"] = 2;
    const agent = { status: status("downloading") };
    showStatus(agent);
    FakeTimer.fire();
    agent.status = status("idle");
    for (let tick = 0; tick < 20; tick += 1) FakeTimer.fire();
    assert.equal(pin().written.at(-1), 1);
  });
});
