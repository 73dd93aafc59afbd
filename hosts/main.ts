// The chip's composition root for a device that is the agent alone. Its identity comes from the
// factory's keys in flash. A product has a main module of its own (template).

import { openPlatform, startAgent } from "provision-agent/device";

// The platform first: it starts the watchdog, so that any later hang ends in a reset.
startAgent(openPlatform());
