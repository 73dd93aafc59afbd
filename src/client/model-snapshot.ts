// What a vendor can see of a model at one time, and what has changed between two times: the
// serials with their status, the contents with what they hold.

import { ClientError } from "./client-error.js";
import type { SerialStatus } from "./serials.js";
import type { VendorClient } from "./vendor-client.js";

/** A content as a snapshot has it. */
export interface SeenContent {
  /** 0: nothing is uploaded yet. */
  readonly sizeBytes: number;
  /** Unix seconds, by the service's clock. */
  readonly timestampSeconds: number;
}

/** A model at one time. */
export interface ModelSnapshot {
  /** The status of each listed serial. */
  readonly serials: ReadonlyMap<string, SerialStatus>;
  /** What each content holds, by id. */
  readonly contents: ReadonlyMap<string, SeenContent>;
}

/** What is other in one snapshot than in another. */
export type SnapshotChange =
  | {
      readonly kind: "serial";
      /** Whose status has changed. */
      readonly serial: string;
      /** Its status before; undefined: it was not listed. */
      readonly from: SerialStatus | undefined;
      /** Its status after; undefined: it is not listed any more. */
      readonly to: SerialStatus | undefined;
    }
  | {
      readonly kind: "content";
      /** The id of the content. */
      readonly content: string;
      /** What became of it. */
      readonly change: "created" | "uploaded" | "deleted";
    };

/** Reads all pages; what is added meanwhile is seen the next time. */
export async function takeSnapshot(client: VendorClient, model: string): Promise<ModelSnapshot> {
  const serials = new Map<string, SerialStatus>();
  for await (const { serial, status } of client.serials.list(model)) serials.set(serial, status);
  const contents = new Map<string, SeenContent>();
  for (const id of await client.contents.list(model)) {
    const info = await seenContent(client, model, id);
    if (info !== undefined) contents.set(id, info);
  }
  return { serials, contents };
}

/** Undefined if it was deleted after it had been listed. */
async function seenContent(
  client: VendorClient,
  model: string,
  id: string,
): Promise<SeenContent | undefined> {
  try {
    return await client.contents.info(model, id);
  } catch (error) {
    if (error instanceof ClientError && error.kind === "not-found") return undefined;
    throw error;
  }
}

/** Serials first, each in the order of its list; what went is at the end. */
export function changesBetween(before: ModelSnapshot, after: ModelSnapshot): SnapshotChange[] {
  const changes: SnapshotChange[] = [];
  for (const serial of new Set([...after.serials.keys(), ...before.serials.keys()])) {
    const [from, to] = [before.serials.get(serial), after.serials.get(serial)];
    if (from !== to) changes.push({ kind: "serial", serial, from, to });
  }
  for (const content of new Set([...after.contents.keys(), ...before.contents.keys()])) {
    const change = contentChange(before.contents.get(content), after.contents.get(content));
    if (change !== undefined) changes.push({ kind: "content", content, change });
  }
  return changes;
}

function contentChange(
  before: SeenContent | undefined,
  after: SeenContent | undefined,
): "created" | "uploaded" | "deleted" | undefined {
  if (after === undefined) return "deleted";
  const isSame =
    before?.sizeBytes === after.sizeBytes && before.timestampSeconds === after.timestampSeconds;
  if (isSame) return undefined;
  if (after.sizeBytes > 0) return "uploaded";
  return before === undefined ? "created" : undefined;
}

/** How many serials have each status, in order of the status. */
export function countStatuses({ serials }: ModelSnapshot): ReadonlyMap<SerialStatus, number> {
  const counts = new Map<SerialStatus, number>();
  for (const status of serials.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
  return new Map([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}
