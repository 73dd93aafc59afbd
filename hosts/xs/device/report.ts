// What the agent does, told to the launcher: counters that outlive a power cut, and lines on the
// console that begin with "@" and go on as JSON (src/simulator/chip/chip-event.ts reads them).

import { add } from "embedded:x-chip/meter";
import type { AgentObserver } from "../../../src/agent/options.js";

/** An observer for one agent. */
export function openReport(): AgentObserver {
  let percentTold = -1;
  return {
    status: (status) => {
      percentTold = -1;
      tell({ event: "status", ...status });
    },
    progress: (done, total) => {
      const percent = Math.floor((100 * done) / total);
      if (percent === percentTold) return;
      percentTold = percent;
      tell({ event: "progress", done, total });
    },
    fetched: (byteLength) => {
      add("bytesFetched", byteLength);
    },
    requested: () => {
      add("requests");
    },
  };
}

function tell(event: object): void {
  trace("@", JSON.stringify(event), "\n");
}
