// Who asks, and what that lets them touch (S-14 to S-17, S-20). A caller is what a key opens; it
// is looked up for every request, so a key that dies is dead at once.

import { cikHeader, tokenHeader, vendorHeader } from "../protocol/paths.js";
import type { Api } from "./api.js";
import type { Content } from "./contents.js";
import { Refusal } from "./errors.js";
import type { RefusalCode } from "./errors.js";
import type { Fields } from "./fields.js";
import { isIdentifier } from "./identifier.js";
import { sameLookup } from "./key-vault.js";
import type { Request } from "./request.js";

/** A client to which a vendor name is registered. */
export interface Vendor {
  readonly rid: string;
  readonly name: string;
}

/** The live client behind a CIK on a device's URL; null where it stands behind no serial. */
export interface Device {
  readonly serialId: number | null;
  readonly modelId: number | null;
  readonly model: string | null;
  readonly vendor: string | null;
}

/** The vendor whose token or CIK the request carries, the token first (S-16). */
export async function authoriseVendor(api: Api, request: Request): Promise<Vendor> {
  const { rid, vendor } = await findVendorClient(api, request);
  if (vendor === null) throw new Refusal("not-a-vendor");
  return { rid, name: vendor };
}

async function findVendorClient(
  api: Api,
  request: Request,
): Promise<{ rid: string; vendor: string | null }> {
  const token = request.header(tokenHeader);
  if (token !== undefined) {
    const lookup = lookupOf(api, token);
    const client = await api.vendors.findByToken(lookup);
    if (client !== undefined && sameLookup(client.lookup, lookup)) return client;
  } else {
    const lookup = lookupOf(api, request.header(cikHeader));
    const client = await api.clients.findByKey(lookup);
    const isLive = client !== undefined && client.status === "activated";
    if (isLive && sameLookup(client.cikLookup, lookup)) return client;
  }
  throw new Refusal("unauthorised");
}

/** The client whose CIK the request carries. A token does not count here (S-16). */
export async function authoriseDevice(api: Api, request: Request): Promise<Device> {
  const lookup = lookupOf(api, request.header(cikHeader));
  const device = await api.clients.findDeviceByKey(lookup);
  const isLive = device !== undefined && device.status === "activated";
  if (!isLive || !sameLookup(device.cikLookup, lookup)) throw new Refusal("unauthorised");
  return device;
}

function lookupOf(api: Api, secret: string | undefined): Buffer {
  if (secret === undefined || !isIdentifier(secret)) throw new Refusal("unauthorised");
  return api.vault.lookup(secret);
}

/**
 * The model a device asks about, if it is the device's own; else refuses: with `not-a-device` a
 * caller that is no device at all (S-15), with `code` one that names another's name space.
 */
export function deviceModel(device: Device, query: Fields, code: RefusalCode): number {
  const { modelId, model, vendor } = device;
  if (modelId === null) throw new Refusal("not-a-device");
  const isOwn = vendor !== null && query.get("vendor") === vendor && query.get("model") === model;
  if (!isOwn) throw new Refusal(code);
  return modelId;
}

/** The id of the vendor's own model of that name; refuses with `code` if there is none (S-22). */
export async function ownModel(
  api: Api,
  vendor: Vendor,
  name: string,
  code: RefusalCode,
): Promise<number> {
  const id = await api.models.findId(vendor.rid, name);
  if (id === undefined) throw new Refusal(code);
  return id;
}

/**
 * The id of a model where `X-Exosite-Vendor` may name another vendor whose model it is (S-20).
 * A vendor's own name there changes nothing.
 */
export async function sharedModel(
  api: Api,
  request: Request,
  vendor: Vendor,
  name: string,
): Promise<number> {
  const ownerName = request.header(vendorHeader);
  if (ownerName === undefined || ownerName === vendor.name) {
    return ownModel(api, vendor, name, "unknown-model");
  }
  const ownerRid = await api.vendors.findClient(ownerName);
  if (ownerRid === undefined) throw new Refusal("unknown-vendor");
  await ownModel(api, { rid: ownerRid, name: ownerName }, name, "unknown-model");
  throw new Refusal("not-shared");
}

/** The vendor's own content that the path names; refuses with `code` an unknown model (S-22). */
export async function ownContent(
  api: Api,
  request: Request,
  vendor: Vendor,
  code: RefusalCode,
): Promise<Content> {
  const modelId = await ownModel(api, vendor, request.name(0), code);
  const content = await api.contents.find(modelId, request.name(1));
  if (content === undefined) throw new Refusal("unknown-content");
  return content;
}

/** The content of that name if every serial of the model may read it (S-50). */
export async function authorisedContent(api: Api, modelId: number, name: string): Promise<Content> {
  const content = await api.contents.find(modelId, name);
  if (content === undefined) throw new Refusal("unknown-content");
  // A protected content is read through a group only (S-47).
  if (content.protected === 1) throw new Refusal("not-authorised");
  return content;
}

/** The RID of the client behind the serial that the path names; 412 if there is none (S-26). */
export async function enabledClient(api: Api, request: Request, vendor: Vendor): Promise<string> {
  const modelId = await sharedModel(api, request, vendor, request.name(0));
  const serial = await api.serials.find(api.database, modelId, request.serial(1));
  if (serial === undefined) throw new Refusal("unknown-serial");
  if (serial.clientRid === null) throw new Refusal("never-enabled");
  return serial.clientRid;
}
