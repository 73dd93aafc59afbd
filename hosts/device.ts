// What a product's main module imports as "provision-agent/device": on the chip this file, or
// device-tls.ts, as one module (tools/pack); on the simulated chip hosts/xs/device/host.ts. The same
// names with the same meaning, so that one program runs on all of them.

import type { Agent } from "../src/agent/agent.js";
import type { AgentOptions } from "../src/agent/options.js";
import type { Platform } from "../src/ports/platform.js";
import { openConnect, servicePort } from "./esp32/connect.js";
import { startOver } from "./esp32/start.js";

export { openPlatform } from "./esp32/platform.js";
export type { Agent } from "../src/agent/agent.js";
export type { AgentHooks, AgentObserver, AgentOptions } from "../src/agent/options.js";
export type { AgentStatus } from "../src/agent/status.js";
export type { AppImageHead } from "../src/flash/app-image-head.js";
export type { Log } from "../src/ports/log.js";
export type { Platform } from "../src/ports/platform.js";
export type { Clock, Timer, TimerHandle } from "../src/ports/timer.js";
export type { ReleaseIdentity } from "../src/protocol/release.js";

/** Joins the network and starts the agent. Both go on for ever; returns at once. */
export function startAgent(platform: Platform, options: AgentOptions = {}): Agent {
  return startOver({ openConnect, servicePort }, platform, options);
}
