// "provision-agent/device" over TLS: the manifest of hosts/esp32/tls puts it in the place of
// device.ts.

import type { Agent } from "../src/agent/agent.js";
import type { AgentOptions } from "../src/agent/options.js";
import type { Platform } from "../src/ports/platform.js";
import { openConnect, servicePort } from "./esp32/connect-tls.js";
import { startOver } from "./esp32/start.js";

export { openPlatform } from "./esp32/platform.js";
export type * from "./device.js";

/** Joins the network and starts the agent. Both go on for ever; returns at once. */
export function startAgent(platform: Platform, options: AgentOptions = {}): Agent {
  return startOver({ openConnect, servicePort }, platform, options);
}
