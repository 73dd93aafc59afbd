// The chip's composition root for a device that is nothing but its agent. Who it is comes from the
// factory's keys in flash. A product has a main module of its own (template).

import { openPlatform, startAgent } from "provision-agent/device";

// The platform first: it starts the watchdog, so that whatever hangs after it is reset.
startAgent(openPlatform());
