// What a caller may touch: a vendor its own models and what belongs to them, and of a model that
// another vendor shares the serials it enabled itself (S-20); a device what its serial may read.

import { vendorHeader } from "../../protocol/paths.js";
import type { Context } from "./context.js";
import { nowSeconds } from "../clock.js";
import { type Device, namesOtherVendor, type Vendor } from "./authorisation.js";
import type { Content } from "../stores/contents.js";
import { Refusal, type RefusalCode } from "../errors.js";
import type { Fields } from "../http/fields.js";
import type { GroupKey } from "../stores/members.js";
import type { RoutedRequest } from "./routed-request.js";

/** A serial of a model, as whoever reads for it. */
export interface Reader {
  readonly modelId: number;
  readonly sn: string;
}

/**
 * The model and serial of a device, if its query names them; else refuses: with `not-a-device` a
 * caller that is no device at all (S-15), with `code` one that names another's name space.
 */
export function deviceReader(device: Device, query: Fields, code: RefusalCode): Reader {
  const { modelId, sn, model, vendor } = device;
  if (modelId === null || sn === null) throw new Refusal("not-a-device");
  const isOwn = vendor !== null && query.get("vendor") === vendor && query.get("model") === model;
  if (!isOwn) throw new Refusal(code);
  return { modelId, sn };
}

/** The id of the vendor's own model of that name; refuses with `code` if there is none (S-22). */
export async function ownModel(
  context: Context,
  vendor: Pick<Vendor, "rid">,
  name: string,
  code: RefusalCode,
): Promise<number> {
  const id = await context.models.findId(vendor.rid, name);
  if (id === undefined) throw new Refusal(code);
  return id;
}

/** The part of a model that the caller may see and change. */
export interface ModelAccess {
  readonly modelId: number;
  readonly creatorRid: string;
  /** Only serials that this client enabled; undefined: all. */
  readonly enabledBy: string | undefined;
  /** Whether the serials' extra text stays blank: with X-Exosite-Vendor always. */
  readonly hidesExtra: boolean;
}

/**
 * The model of the path, where `X-Exosite-Vendor` may name another vendor that shares it (S-20).
 * A vendor's own name there restricts nothing.
 */
export async function accessModel(
  context: Context,
  request: RoutedRequest<"model">,
  vendor: Vendor,
): Promise<ModelAccess> {
  const name = request.name("model");
  const header = request.header(vendorHeader);
  const hidesExtra = header !== undefined;
  if (header === undefined || !namesOtherVendor(request, vendor)) {
    const modelId = await ownModel(context, vendor, name, "unknown-model");
    return { modelId, creatorRid: vendor.rid, enabledBy: undefined, hidesExtra };
  }
  const creatorRid = await context.vendors.findClient(header);
  if (creatorRid === undefined) throw new Refusal("unknown-vendor");
  const modelId = await ownModel(context, { rid: creatorRid }, name, "unknown-model");
  if (!(await context.shares.exists(modelId, vendor.rid))) throw new Refusal("not-shared");
  return { modelId, creatorRid, enabledBy: vendor.rid, hidesExtra };
}

/** Refuses with `unknown-serial` what is neither listed nor in a range (S-24). */
export async function requireSerial(
  context: Context,
  { modelId, sn }: Reader,
  code: RefusalCode = "unknown-serial",
): Promise<void> {
  if (!(await context.serials.knows(context.database, modelId, sn))) throw new Refusal(code);
}

/** The client behind a serial that the caller may change; 412 if there is none (S-26). */
export async function enabledClient(
  context: Context,
  { modelId, enabledBy }: ModelAccess,
  sn: string,
): Promise<string> {
  const serial = await context.serials.find(context.database, modelId, sn);
  if (serial === undefined) await requireSerial(context, { modelId, sn });
  const clientRid = serial?.clientRid ?? null;
  if (clientRid === null) throw new Refusal("never-enabled");
  if (enabledBy !== undefined && serial?.enabledBy !== enabledBy) {
    throw new Refusal("not-enabled-by-caller");
  }
  return clientRid;
}

/** The vendor's own content that the path names; refuses with `code` an unknown model (S-22). */
export async function ownContent(
  context: Context,
  request: RoutedRequest<"model" | "content">,
  vendor: Vendor,
  code: RefusalCode,
): Promise<Content> {
  const modelId = await ownModel(context, vendor, request.name("model"), code);
  return findContent(context, modelId, request.name("content"));
}

async function findContent(context: Context, modelId: number, name: string): Promise<Content> {
  const content = await context.contents.find(modelId, name);
  if (content === undefined) throw new Refusal("unknown-content");
  return content;
}

/** The content of that name if the serial may read it, else refuses with `code` (S-47, S-50). */
export async function readableContent(
  context: Context,
  reader: Reader,
  name: string,
  code: RefusalCode = "not-authorised",
): Promise<Content> {
  const now = nowSeconds(context.clock);
  const content = await context.grants.content({ ...reader, now }, name);
  if (content === undefined) throw new Refusal("unknown-content");
  if (content.isReadable === 0) throw new Refusal(code);
  return content;
}

/** The names of all contents that the serial may read. */
export function readableNames(context: Context, reader: Reader): Promise<string[]> {
  return context.grants.names({ ...reader, now: nowSeconds(context.clock) });
}

/** The vendor's own group that the path names. */
export async function ownGroup(
  context: Context,
  request: RoutedRequest<"model" | "group">,
  vendor: Vendor,
): Promise<GroupKey> {
  const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
  const group = request.name("group");
  if ((await context.groups.find(modelId, group)) === undefined) throw new Refusal("unknown-group");
  return { modelId, group };
}
