// What a product has compiled in. This file is the empty default; the firmware that is made for the
// simulated chip carries a module of the same name with the product's own values.

import type { AgentOptions } from "../../../src/agent/options.js";

/** The agent's options as far as they are data. */
export type FirmwareConfig = Omit<AgentOptions, "hooks" | "observer">;

export const config: FirmwareConfig = Object.freeze({});
