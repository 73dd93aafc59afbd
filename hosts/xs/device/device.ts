// What the firmware of the simulated chip has beside its main module: one bundle, which counts as
// preloaded, as the chip's modules are that lie in its flash.

export { Agent } from "../../../src/agent/agent.js";
export { openPlatform } from "./platform.js";
export { openReport } from "./report.js";
