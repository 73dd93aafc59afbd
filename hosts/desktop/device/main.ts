// The program of the simulated chip: its composition root. The one module whose memory counts from
// its first statement on; decides nothing.

import { config } from "./config.js";
import { Agent, openPlatform, openReport } from "./device.js";

const agent = new Agent(openPlatform(), { ...config, observer: openReport() });
agent.start();
