// Whom the agent asks, as whom, over what: one visit to the service, from the list of releases to
// the last byte of one.

import type { Connection } from "./connection.js";
import type { Identity } from "./identity.js";

export interface Visit {
  readonly identity: Identity;
  readonly cik: string;
  readonly connection: Connection;
}
