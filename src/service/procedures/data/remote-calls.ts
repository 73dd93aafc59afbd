// Of the platform's remote procedures those without which the provisioning scripts of the time do
// not run (S-18): lookup of one's own RID and share of a template, info of a client, and create,
// update and drop of clients. A caller reaches itself and what is below it, and changes only what
// is below it. Dataports, rules and dispatches are not kept, so their calls are `invalid`.

import type { Client } from "../../api/authorisation.js";
import type { Context } from "../../api/context.js";
import { nowSeconds } from "../../clock.js";
import { isRecord } from "../../database/json.js";
import { blankDescription, describe } from "../../stores/descriptions.js";
import { isIdentifier, newIdentifier } from "../../stores/identifier.js";
import { statusText } from "../../stores/serial-views.js";

export type CallOutcome =
  | { readonly status: "ok"; readonly result?: unknown }
  | { readonly status: "invalid" | "limit" | "restricted" };

type Call = (context: Context, client: Client, values: readonly unknown[]) => Promise<CallOutcome>;

const ok: CallOutcome = { status: "ok" };
const invalid: CallOutcome = { status: "invalid" };
const limit: CallOutcome = { status: "limit" };
const restricted: CallOutcome = { status: "restricted" };

/** Runs one call of `client`: its procedure and its arguments, as they came. */
export function runCall(
  context: Context,
  client: Client,
  name: unknown,
  values: readonly unknown[],
): Promise<CallOutcome> {
  const call = calls.get(name);
  return call === undefined ? Promise.resolve(invalid) : call(context, client, values);
}

/** The empty alias is the caller itself. */
const lookup: Call = (_context, { rid }, [type, alias]) =>
  Promise.resolve(type === "alias" && alias === "" ? { status: "ok", result: rid } : invalid);

const share: Call = async (context, client, [rid]) => {
  if ((await reachable(context, client, rid)) === undefined) return restricted;
  // A code is opaque to procedure 28 (S-19), so nothing need be kept of it.
  return { status: "ok", result: newIdentifier() };
};

const info: Call = async (context, client, [which, options]) => {
  const isSelf = isRecord(which) && which["alias"] === "";
  const rid = isSelf ? client.rid : await reachable(context, client, which);
  const found = rid === undefined ? undefined : await context.clients.open(rid);
  if (rid === undefined || found === undefined) return restricted;
  const asked = isRecord(options) ? Object.keys(options) : [];
  const isAsked = (key: string): boolean => asked.length === 0 || asked.includes(key);
  const basic = { type: "client", status: statusText(found, nowSeconds(context.clock)) };
  const result = {
    ...(isAsked("basic") && { basic }),
    ...(isAsked("description") && { description: await context.descriptions.find(rid) }),
    ...(isAsked("key") && { key: found.cik }),
  };
  return { status: "ok", result };
};

const create: Call = async (context, client, [type, said]) => {
  if (type !== "client" || !isRecord(said)) return invalid;
  if (isDevice(client)) return restricted;
  const description = describe(blankDescription, said);
  if (description === undefined) return limit;
  const now = nowSeconds(context.clock);
  const rid = await context.clientTree.grow(client.rid, description, now);
  return rid === undefined ? limit : { status: "ok", result: rid };
};

const update: Call = async (context, client, [which, said]) => {
  if (!isRecord(said)) return invalid;
  const rid = await owned(context, client, which);
  if (rid === undefined) return restricted;
  const description = describe(await context.descriptions.find(rid), said);
  if (description === undefined) return limit;
  await context.descriptions.put(context.database, rid, description);
  return ok;
};

const drop: Call = async (context, client, [which]) => {
  const rid = await owned(context, client, which);
  return rid !== undefined && (await context.clientTree.drop(rid)) ? ok : restricted;
};

const calls = new Map<unknown, Call>(Object.entries({ lookup, share, info, create, update, drop }));

/** Anybody who holds a device holds its CIK: the tree is not for devices to change. */
function isDevice({ activableUntil }: Client): boolean {
  return activableUntil !== null;
}

/** The RID, if it is the caller's or below it. */
async function reachable(
  { clientTree }: Context,
  client: Client,
  rid: unknown,
): Promise<string | undefined> {
  if (typeof rid !== "string" || !isIdentifier(rid)) return undefined;
  return (await clientTree.holds(rid, client.rid)) ? rid : undefined;
}

/** The RID, if the caller may change what it names. */
async function owned(context: Context, client: Client, rid: unknown): Promise<string | undefined> {
  return isDevice(client) || rid === client.rid ? undefined : reachable(context, client, rid);
}
