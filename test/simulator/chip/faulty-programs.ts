// Main modules for firmware that does what no release should: given to `makeFirmware` as
// `modules: { "main.js": text }`, in place of hosts/xs/device/main.ts.

const agent = `
import { config } from "./config.js";
import { Agent, openPlatform, openReport } from "./device.js";
const options = { ...config, observer: openReport() };
`;

/** Never comes back to the event loop. */
export const hangs = "for (;;) {}\n";

/** Lives on, but nothing of it says so to the watchdog. */
export const fallsSilent = `
import Timer from "timer";
Timer.repeat(() => undefined, 50);
`;

export const crashesAtStart = 'throw new Error("faulty on purpose");\n';

/** Has an agent that works, until something else in the program throws. */
export function crashesAfter(delayMs: number): string {
  return `${agent}
import Timer from "timer";
new Agent(openPlatform(), options).start();
Timer.set(() => { throw new Error("faulty on purpose"); }, ${delayMs});
`;
}

/** Has an agent that works, but no name is ever resolved: it never reaches the service. */
export const neverReachesService = `${agent}
new Agent({ ...openPlatform(), resolve: () => undefined }, options).start();
`;

/** Takes memory until there is none. */
export const exhaustsMemory = `
const kept = [];
for (;;) kept.push(new Uint8Array(1000));
`;

export const overflowsStack = `
function deeper(depth) { return deeper(depth + 1) + 1; }
deeper(0);
`;
