// What a product's main module imports as "provision-agent/device": on the chip this file, on the
// simulated chip hosts/xs/device/host.ts. The same names with the same meaning, so that one
// program runs on both.
//
// XS resolves a relative import against the importing module's name in the archive, which is
// "provision-agent/device": one folder deep, as this file is. Hence the way by the project's root.

export { openPlatform } from "../hosts/esp32/platform.js";
export { startAgent } from "../hosts/esp32/start.js";
export type { Agent } from "../src/agent/agent.js";
export type { AgentHooks, AgentObserver, AgentOptions } from "../src/agent/options.js";
export type { AgentStatus } from "../src/agent/status.js";
export type { AppImageHead } from "../src/flash/app-image-head.js";
export type { Log } from "../src/ports/log.js";
export type { Platform } from "../src/ports/platform.js";
export type { Clock, Timer, TimerHandle } from "../src/ports/timer.js";
export type { ReleaseIdentity } from "../src/protocol/release.js";
