// The program of the simulated chip for a device that is nothing but its agent. The one module
// whose memory counts from its first statement on; decides nothing.

import { openPlatform, startAgent } from "./host.js";

startAgent(openPlatform());
