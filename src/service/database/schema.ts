// The tables as kysely sees them: one schema for SQLite and PostgreSQL. migrations.ts makes them.
//
// Portable on purpose: times are integer Unix seconds, yes and no are 1 and 0, bytes are blobs,
// and no number leaves 2^53. Secrets are only here sealed (`...Sealed`) and as the keyed digest
// that finds them (`...Lookup`): see key-vault.ts.

import type { Generated } from "kysely";
import type { SerialFormat } from "../../protocol/mac-serial.js";

/** 1 or 0: neither database's own boolean is known to the other's driver. */
export type Flag = 0 | 1;

/** S-27. `expired` after the activation window is not stored: it follows from the clock. */
export type ClientStatus = "notactivated" | "activated" | "expired";

/** Whoever has a CIK: a vendor's root, an owner below it, or the client behind a serial. */
interface ClientTable {
  rid: string;
  /** The parent in the tree of S-18; null at a root. Not enforced: owners may be removed. */
  ownerRid: string | null;
  status: ClientStatus;
  /** End of the activation window; null for a client that never needs activation. */
  activableUntil: number | null;
  cikLookup: Buffer;
  cikSealed: Buffer;
  /** How many clients it may own, at any depth; null for any number. */
  clientsMax: number | null;
  /** How many it owns, at any depth; counted only where there is a `clientsMax`. */
  clientsUsed: Generated<number>;
  createdAt: number;
}

/** What an owner says of a client (S-18): a JSON object, of no meaning to the service. */
interface DescriptionTable {
  clientRid: string;
  json: string;
}

/** The name registered to a client (S-17): one each way. */
interface VendorTable {
  name: string;
  clientRid: string;
}

interface TokenTable {
  clientRid: string;
  id: string;
  lookup: Buffer;
  sealed: Buffer;
}

interface ModelTable {
  id: Generated<number>;
  /** The creator. A model stays with the client when a vendor name goes (S-17). */
  ownerRid: string;
  name: string;
  templateKind: "rid" | "code";
  template: string;
  /** Names in S-52's order, separated by commas. */
  options: string;
  /** Since when it is being deleted: nobody finds it, and its keys are dead; null for never. */
  deletedAt: number | null;
  /** Changes with the list of serials: what is known of its pages is then void. */
  serialsVersion: Generated<number>;
  /** Changes with its ranges. */
  rangesVersion: Generated<number>;
}

interface SerialTable {
  id: Generated<number>;
  modelId: number;
  sn: string;
  extra: string;
  /** The client behind it, null if unused. It may name a client that is gone (S-24). */
  clientRid: string | null;
  /** The vendor client that last enabled it. */
  enabledBy: string | null;
  /** The last activation of those before: later ones are of the present client. */
  logAfter: number | null;
}

interface ContentTable {
  id: Generated<number>;
  modelId: number;
  name: string;
  meta: string;
  protected: Flag;
  /** The uploaded Content-Type, with its parameters. */
  type: string;
  size: number;
  updatedAt: number;
  /** Null until an upload is complete. */
  blobId: number | null;
}

/** Bytes under way or published. One that no content names and that is old is a failed upload. */
interface BlobTable {
  id: Generated<number>;
  startedAt: number;
}

/**
 * `pieceBytes` bytes each but the last. Never changed once written: a blob's id names its bytes.
 */
interface PieceTable {
  blobId: number;
  number: number;
  bytes: Buffer;
}

/** The activation log (S-35). The entry is the body as posted, any bytes at all. */
interface ActivationTable {
  id: Generated<number>;
  serialId: number;
  at: number;
  address: string;
  entry: Buffer;
}

/** Serials by rule (S-31): what was sent, as it was sent. Numbers are below 2^53. */
interface RangeTable {
  id: Generated<number>;
  modelId: number;
  format: SerialFormat["format"];
  /** Digits; null for as many as the number takes. */
  length: number | null;
  casing: "upper" | "lower" | null;
  first: number;
  last: number;
}

interface GroupTable {
  modelId: number;
  name: string;
  meta: string;
}

/** S-46. What a group may hold; a serial may be in a range only, so members go by name. */
export type MemberType = "content" | "group" | "sn";

interface MemberTable {
  modelId: number;
  groupName: string;
  type: MemberType;
  name: string;
  /** Without effect from then on, but still listed; null for never (S-42). */
  expiresAt: number | null;
  meta: string;
}

/** Whom else a model's serials may be enabled by. It is the client's, whatever its name (S-17). */
interface ShareTable {
  modelId: number;
  clientRid: string;
}

/** What a device has written, one value a second and alias (S-58). */
interface PointTable {
  clientRid: string;
  alias: string;
  at: number;
  value: string;
}

/** What the holder of a token may read of a client's points (procedure 70). */
interface ViewTable {
  lookup: Buffer;
  clientRid: string;
  /** A JSON array, in the order of the registration. */
  aliases: string;
  startAt: number;
  endAt: number;
  pointsMax: number;
  expiresAt: number;
}

/** Facts about the database itself. */
interface PropertyTable {
  name: string;
  value: Buffer;
}

export interface Schema {
  clients: ClientTable;
  descriptions: DescriptionTable;
  vendors: VendorTable;
  tokens: TokenTable;
  models: ModelTable;
  serials: SerialTable;
  contents: ContentTable;
  blobs: BlobTable;
  pieces: PieceTable;
  activations: ActivationTable;
  ranges: RangeTable;
  groups: GroupTable;
  members: MemberTable;
  shares: ShareTable;
  points: PointTable;
  views: ViewTable;
  properties: PropertyTable;
}
