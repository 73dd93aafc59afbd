// Starts the agent on the chip. The network's name comes from the `config` section of the manifest,
// overridden on mcconfig's command line (`mcconfig -m -p esp32 wifiSSID=...
// wifiPassword=...`), where every value is a string. Decides nothing.

import config from "mc/config";
import { Agent } from "../../src/agent/agent.js";
import type { AgentOptions } from "../../src/agent/options.js";
import type { Platform } from "../../src/ports/platform.js";
import type { Connect } from "../../src/ports/tcp.js";
import { showStatus } from "./light.js";
import { joinNetwork } from "./wifi.js";

/** How the service is reached. */
export interface Transport {
  /** Where the service listens, unless the factory or the product say otherwise. */
  readonly servicePort: number;
  /** Called once, when the network is being joined. */
  openConnect(platform: Platform): Connect;
}

function text(name: string): string {
  const value = config[name];
  return typeof value === "string" ? value : "";
}

/** Joins the network and starts the agent. Both go on for ever; returns at once. */
export function startOver(transport: Transport, platform: Platform, options: AgentOptions): Agent {
  joinNetwork({ ssid: text("wifiSSID"), password: text("wifiPassword") }, platform.log);
  const agent = new Agent(
    { ...platform, connect: transport.openConnect(platform) },
    { ...options, identity: { port: transport.servicePort, ...options.identity } },
  );
  showStatus(agent);
  agent.start();
  return agent;
}
