// How the agent reaches its service: in the clear.

import type { Connect } from "../../src/ports/tcp.js";
import type { Platform } from "../../src/ports/platform.js";

/** Where the service listens, unless the factory or the product say otherwise. */
export const servicePort = 80;

/** Called once, when the network is being joined. */
export function openConnect(platform: Platform): Connect {
  return platform.connect;
}
