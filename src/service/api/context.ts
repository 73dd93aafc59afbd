// What every procedure works with: the stores, the clock, and the rules that can be set.

import type { Clock } from "../clock.js";
import type { ServiceLimits } from "../limits.js";
import type { Storage } from "../stores/storage.js";
import type { Turns } from "../turns.js";

export interface Context extends Storage {
  readonly clock: Clock;
  readonly limits: ServiceLimits;
  /** Of what takes long. */
  readonly turns: Turns;
  /** How long a device may be activated after it was enabled (S-28). */
  readonly activationWindowSeconds: number;
  /** Whether a content may be uploaded again (S-44). */
  readonly replacesContent: boolean;
  /** What `/ip` says instead of the address and port that the request came to (S-56). */
  readonly advertised: { readonly address: string; readonly port: number } | undefined;
}
