// What every procedure works with: the stores, the clock, and the rules that can be set.

import type { ActivationLog } from "../stores/activations.js";
import type { BlobStore } from "../stores/blobs.js";
import type { ClientStore } from "../stores/clients.js";
import type { ContentStore } from "../stores/contents.js";
import type { Database } from "../database/database.js";
import type { DataViewStore } from "../stores/data-views.js";
import type { DescriptionStore } from "../stores/descriptions.js";
import type { DeviceStore } from "../stores/devices.js";
import type { GrantStore } from "../stores/grants.js";
import type { GroupStore } from "../stores/groups.js";
import type { KeyVault } from "../stores/key-vault.js";
import type { ServiceLimits } from "../limits.js";
import type { MemberStore } from "../stores/members.js";
import type { ModelStore } from "../stores/models.js";
import type { PointStore } from "../stores/points.js";
import type { RangeStore } from "../stores/ranges.js";
import type { SerialViews } from "../stores/serial-views.js";
import type { SerialStore } from "../stores/serials.js";
import type { ShareStore } from "../stores/shares.js";
import type { VendorStore } from "../stores/vendors.js";

/** Milliseconds since 1970, as Date.now. */
export type Clock = () => number;

export interface Storage {
  readonly database: Database;
  readonly vault: KeyVault;
  readonly activations: ActivationLog;
  readonly blobs: BlobStore;
  readonly clients: ClientStore;
  readonly contents: ContentStore;
  readonly dataViews: DataViewStore;
  readonly descriptions: DescriptionStore;
  readonly devices: DeviceStore;
  readonly grants: GrantStore;
  readonly groups: GroupStore;
  readonly members: MemberStore;
  readonly models: ModelStore;
  readonly points: PointStore;
  readonly ranges: RangeStore;
  readonly serialViews: SerialViews;
  readonly serials: SerialStore;
  readonly shares: ShareStore;
  readonly vendors: VendorStore;
}

export interface Api extends Storage {
  readonly clock: Clock;
  readonly limits: ServiceLimits;
  /** How long a device may be activated after it was enabled (S-28). */
  readonly activationWindowSeconds: number;
  /** Whether a content may be uploaded anew (S-44). */
  readonly replacesContent: boolean;
  /** What `/ip` says instead of the address and port that the request came to (S-56). */
  readonly advertised: { readonly address: string; readonly port: number } | undefined;
}

/** Unix seconds: what every stored and printed time is (S-42). */
export function nowSeconds(clock: Clock): number {
  return Math.floor(clock() / 1000);
}
