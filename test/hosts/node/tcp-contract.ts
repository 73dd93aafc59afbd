// What every world's sockets must do, whatever they are made of: one table of behaviours, run over
// the virtual network and over Node's real one. What only one of them can show (exact moments, the
// system's buffers) is in that one's own test.

import { closing, connecting, ending } from "./tcp-connections.js";
import type { Rig } from "./tcp-rig.js";
import { reading, timing, transfers, writing } from "./tcp-transfers.js";

const contract = { connecting, reading, writing, ending, closing, transfers, timing };

/** Runs the contract, each behaviour over a rig of its own that `openRig` opens. */
export function describeContract(openRig: () => Promise<Rig>): void {
  for (const [part, behaviours] of Object.entries(contract)) {
    describe(part, () => {
      for (const [name, run] of behaviours) {
        it(name, async () => {
          const rig = await openRig();
          try {
            await run(rig);
          } finally {
            await rig.close();
          }
        });
      }
    });
  }
}
