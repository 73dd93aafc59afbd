// The status light: shows a person without a console what the agent does.
//
//   on                        up to date
//   half a second on and off  at work: asks, downloads, verifies, tries
//   a flash every 2 s         failed: tries again later
//   quick                     waits for a person: no identity, or the serial is not enabled
//
// Of the manifest's `config`: ledPin, the GPIO's number, none if absent or ""; ledActiveLow, "1"
// for a light that a low level turns on.

import config from "mc/config";
import Digital from "embedded:io/digital";
import Timer from "timer";
import type { AgentStatus } from "../../src/agent/status.js";
import { parseDecimal } from "../../src/protocol/decimal.js";

interface Pattern {
  /** Ticks. */
  readonly on: number;
  readonly period: number;
}

const tickMs = 100;

const patterns: Readonly<Record<"rest" | "work" | "failure" | "person", Pattern>> = Object.freeze({
  rest: Object.freeze({ on: 1, period: 1 }),
  work: Object.freeze({ on: 5, period: 10 }),
  failure: Object.freeze({ on: 1, period: 20 }),
  person: Object.freeze({ on: 1, period: 2 }),
});

function patternOf({ state, waitsForHuman }: AgentStatus): Pattern {
  if (waitsForHuman) return patterns.person;
  if (state === "idle") return patterns.rest;
  return state === "backing-off" ? patterns.failure : patterns.work;
}

/** Shows the agent's status from now on, if a light is configured. */
export function showStatus(agent: { readonly status: AgentStatus }): void {
  const { ledPin, ledActiveLow } = config;
  const pin = typeof ledPin === "string" ? parseDecimal(ledPin) : ledPin;
  if (typeof pin !== "number") return;
  const isInverted = ledActiveLow === "1" || ledActiveLow === true || ledActiveLow === 1;
  const led = new Digital({ pin, mode: Digital.Output });
  let tick = 0;
  let shown: boolean | undefined;
  Timer.repeat(() => {
    const { on, period } = patternOf(agent.status);
    tick = (tick + 1) % period;
    const isOn = tick < on;
    if (isOn === shown) return;
    shown = isOn;
    led.write(isOn === isInverted ? 0 : 1);
  }, tickMs);
}
