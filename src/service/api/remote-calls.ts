// Of the platform's remote procedures those without which the provisioning scripts of the time do
// not run (S-18): lookup of one's own RID and share of a template, info of a client, and create,
// update and drop of clients. A caller reaches itself and what is below it, and changes only what
// is below it. Dataports, rules and dispatches are not kept, so their calls are `invalid`.

import type { Context } from "./context.js";
import { nowSeconds } from "../clock.js";
import type { Client } from "./authorisation.js";
import { blankDescription, describe } from "../stores/descriptions.js";
import { isIdentifier, newIdentifier } from "../stores/identifier.js";
import { isRecord } from "../database/json.js";
import { statusText } from "../stores/serial-views.js";

export type Outcome =
  | { readonly status: "ok"; readonly result?: unknown }
  | { readonly status: "invalid" | "limit" | "restricted" };

const ok: Outcome = { status: "ok" };
const invalid: Outcome = { status: "invalid" };
const limit: Outcome = { status: "limit" };
const restricted: Outcome = { status: "restricted" };

/** Runs one call of `client`: its procedure and its arguments, as they came. */
export async function runCall(
  context: Context,
  client: Client,
  procedure: unknown,
  values: readonly unknown[],
): Promise<Outcome> {
  const [first, second] = values;
  switch (procedure) {
    case "lookup":
      // The empty alias is the caller itself.
      if (first !== "alias" || second !== "") return invalid;
      return { status: "ok", result: client.rid };
    case "share":
      if ((await reachable(context, client, first)) === undefined) return restricted;
      // A code is opaque to procedure 28 (S-19), so nothing need be kept of it.
      return { status: "ok", result: newIdentifier() };
    case "info":
      return info(context, client, first, second);
    case "create":
      return create(context, client, first, second);
    case "update":
      return update(context, client, first, second);
    case "drop":
      return drop(context, client, first);
    default:
      return invalid;
  }
}

async function info(
  context: Context,
  client: Client,
  which: unknown,
  options: unknown,
): Promise<Outcome> {
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
}

async function create(
  context: Context,
  client: Client,
  type: unknown,
  said: unknown,
): Promise<Outcome> {
  if (type !== "client" || !isRecord(said)) return invalid;
  if (isDevice(client)) return restricted;
  const description = describe(blankDescription, said);
  if (description === undefined) return limit;
  return context.database.transaction().execute(async (transaction) => {
    if (!(await context.clients.hasRoom(transaction, client.rid))) return limit;
    const { rid } = await context.clients.create(transaction, {
      ownerRid: client.rid,
      status: "activated",
      activableUntil: null,
      createdAt: nowSeconds(context.clock),
      clientsMax: null,
    });
    await context.descriptions.put(transaction, rid, description);
    return { status: "ok", result: rid };
  });
}

async function update(
  context: Context,
  client: Client,
  which: unknown,
  said: unknown,
): Promise<Outcome> {
  if (!isRecord(said)) return invalid;
  const rid = await owned(context, client, which);
  if (rid === undefined) return restricted;
  const description = describe(await context.descriptions.find(rid), said);
  if (description === undefined) return limit;
  await context.descriptions.put(context.database, rid, description);
  return ok;
}

async function drop(context: Context, client: Client, which: unknown): Promise<Outcome> {
  const rid = await owned(context, client, which);
  if (rid === undefined) return restricted;
  const { database, clients } = context;
  const isDropped = await database
    .transaction()
    .execute((transaction) => clients.drop(transaction, rid));
  return isDropped ? ok : restricted;
}

/** Anybody who holds a device holds its CIK: the tree is not for devices to change. */
function isDevice({ activableUntil }: Client): boolean {
  return activableUntil !== null;
}

/** The RID, if it is the caller's or below it. */
async function reachable(
  context: Context,
  client: Client,
  rid: unknown,
): Promise<string | undefined> {
  if (typeof rid !== "string" || !isIdentifier(rid)) return undefined;
  return (await context.clients.descends(context.database, rid, client.rid)) ? rid : undefined;
}

/** The RID, if the caller may change what it names. */
async function owned(context: Context, client: Client, rid: unknown): Promise<string | undefined> {
  return isDevice(client) || rid === client.rid ? undefined : reachable(context, client, rid);
}
