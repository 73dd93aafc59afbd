// Who asks (S-14 to S-17). A caller is what a key opens; it is looked up for every request, so a
// key that dies is dead at once. What a caller may touch is access.ts.

import { cikHeader, tokenHeader, vendorHeader } from "../../protocol/paths.js";
import type { Context } from "./context.js";
import { Refusal } from "../errors.js";
import { isIdentifier } from "../stores/identifier.js";
import { sameLookup } from "../stores/key-vault.js";
import type { Request } from "../http/request.js";

/** A live client. */
export interface Client {
  readonly rid: string;
  /** The vendor name registered to it, if any. */
  readonly vendor: string | null;
  /** Null for a client that no serial was enabled for. */
  readonly activableUntil: number | null;
}

/** A client to which a vendor name is registered. */
export interface Vendor {
  readonly rid: string;
  readonly name: string;
}

/** The live client behind a CIK on a device's URL; null where it stands behind no serial. */
export interface Device {
  readonly rid: string;
  readonly sn: string | null;
  readonly modelId: number | null;
  readonly model: string | null;
  readonly vendor: string | null;
}

/** The client whose token or CIK the request carries, the token first (S-16). */
export async function authoriseClient(context: Context, request: Request): Promise<Client> {
  const token = request.header(tokenHeader);
  if (token === undefined) return authoriseClientByCik(context, request);
  const lookup = lookupOf(context, token);
  const client = await context.vendors.findByToken(lookup);
  if (client !== undefined && sameLookup(client.lookup, lookup)) return client;
  throw new Refusal("unauthorised");
}

/** The client whose CIK the request carries. A token does not count here (S-16). */
export async function authoriseClientByCik(context: Context, request: Request): Promise<Client> {
  return clientOfKey(context, request.header(cikHeader));
}

/** The live client that the CIK belongs to. */
export async function clientOfKey(context: Context, cik: string | undefined): Promise<Client> {
  const lookup = lookupOf(context, cik);
  const client = await context.clients.findByKey(lookup);
  const isLive = client !== undefined && client.status === "activated";
  if (isLive && sameLookup(client.cikLookup, lookup)) return client;
  throw new Refusal("unauthorised");
}

/** The client as a vendor; refuses one without a vendor name (S-15). */
export function asVendor({ rid, vendor }: Client): Vendor {
  if (vendor === null) throw new Refusal("not-a-vendor");
  return { rid, name: vendor };
}

/** The device whose CIK the request carries. A token does not count here (S-16). */
export async function authoriseDevice(context: Context, request: Request): Promise<Device> {
  const lookup = lookupOf(context, request.header(cikHeader));
  const device = await context.clients.findDeviceByKey(lookup);
  const isLive = device !== undefined && device.status === "activated";
  if (!isLive || !sameLookup(device.cikLookup, lookup)) throw new Refusal("unauthorised");
  return device;
}

function lookupOf(context: Context, secret: string | undefined): Buffer {
  if (secret === undefined || !isIdentifier(secret)) throw new Refusal("unauthorised");
  return context.vault.lookup(secret);
}

/** Whether X-Exosite-Vendor names a vendor that is not the caller. */
export function namesOtherVendor(request: Pick<Request, "header">, vendor: Vendor): boolean {
  const name = request.header(vendorHeader);
  return name !== undefined && name !== vendor.name;
}
