// What a program of the simulated chip starts from: the counterpart of hosts/device.ts, for
// products and for the program beside this file. The options of a simulation, and its report, are
// added to the product's own.

import { config } from "./config.js";
import { Agent, openReport } from "./device.js";
import type { AgentObserver, AgentOptions } from "../../../src/agent/options.js";
import type { Platform } from "../../../src/ports/platform.js";

export { openPlatform } from "./device.js";

/** Starts the agent. Returns at once. */
export function startAgent(platform: Platform, options: AgentOptions = {}): Agent {
  const observer = both(openReport(), options.observer ?? {});
  const agent = new Agent(platform, { ...options, ...config, observer });
  agent.start();
  return agent;
}

function both(one: AgentObserver, other: AgentObserver): AgentObserver {
  return {
    status: (status) => {
      one.status?.(status);
      other.status?.(status);
    },
    progress: (doneBytes, totalBytes) => {
      one.progress?.(doneBytes, totalBytes);
      other.progress?.(doneBytes, totalBytes);
    },
    fetched: (byteLength) => {
      one.fetched?.(byteLength);
      other.fetched?.(byteLength);
    },
    connected: () => {
      one.connected?.();
      other.connected?.();
    },
    requested: () => {
      one.requested?.();
      other.requested?.();
    },
  };
}
