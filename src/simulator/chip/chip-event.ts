// The lines with which the program on a simulated chip tells what its agent does (device/report.ts).
// Other lines are for people.
//
//   @{"event":"status","state":"downloading","reason":"",...}
//   @{"event":"progress","done":4096,"total":1048576}

import type { AgentStatus } from "../../agent/status.js";

export type ChipEvent =
  | ({ readonly event: "status" } & AgentStatus)
  | { readonly event: "progress"; readonly done: number; readonly total: number };

/** The event in a line, or undefined if the line is for people. */
export function parseChipEvent(line: string): ChipEvent | undefined {
  if (!line.startsWith("@")) return undefined;
  try {
    const event: unknown = JSON.parse(line.slice(1));
    return isChipEvent(event) ? event : undefined;
  } catch {
    // Cut short by the end of the program.
    return undefined;
  }
}

/** The program is ours: what the event says is believed, if it is one. */
function isChipEvent(value: unknown): value is ChipEvent {
  if (typeof value !== "object" || value === null || !("event" in value)) return false;
  return value.event === "status" || value.event === "progress";
}
