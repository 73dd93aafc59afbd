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
export type { IdentityDefaults } from "../src/agent/identity.js";
export type { LifeState } from "../src/agent/life.js";
export type {
  AgentHooks,
  AgentObserver,
  AgentOptions,
  OfferedRelease,
} from "../src/agent/options.js";
export type { AgentStatus } from "../src/agent/status.js";
export type { ReleaseRule } from "../src/agent/update/choice.js";
export type { Boot, ResetReason } from "../src/ports/boot.js";
export type { Digest, OpenDigest } from "../src/ports/digest.js";
export type { FlashPartition, FlashStatus, OpenPartition } from "../src/ports/flash.js";
export type { KeyValueStore, OpenStore } from "../src/ports/key-value.js";
export type { Log } from "../src/ports/log.js";
export type { Platform } from "../src/ports/platform.js";
export type { Random } from "../src/ports/random.js";
export type { Resolve } from "../src/ports/resolve.js";
export type { Connect, TCP, TCPOptions } from "../src/ports/tcp.js";
export type { Clock, Timer, TimerHandle } from "../src/ports/timer.js";
export type { SerialFormat } from "../src/protocol/mac-serial.js";

/** Joins the network and starts the agent. Both go on for ever; returns at once. */
export function startAgent(platform: Platform, options: AgentOptions = {}): Agent {
  return startOver({ openConnect, servicePort }, platform, options);
}
