// POST /onep:v1/rpc/process: of the platform's remote procedures the three without which the
// scripts of the time find no owner to enable devices for (S-18): lookup of one's own RID, share of
// a template, and info of a client below the caller.
//
//     {"auth":{"cik":"..."},"calls":[{"id":1,"procedure":"lookup","arguments":["alias",""]}]}
//     [{"id":1,"status":"ok","result":"<rid>"}]

import { nowSeconds } from "../api.js";
import type { Api } from "../api.js";
import { clientOfKey } from "../authorisation.js";
import type { Client } from "../authorisation.js";
import { Refusal } from "../errors.js";
import { isIdentifier, newIdentifier } from "../identifier.js";
import { callsMax } from "../limits.js";
import type { Procedure } from "../procedure.js";
import { textReply } from "../reply.js";
import { isRecord, parseJson } from "../json.js";
import { statusText } from "../serial-views.js";

type Outcome =
  | { readonly status: "ok"; readonly result: unknown }
  | { readonly status: "invalid" | "restricted" };

export const remoteProcedures: Procedure = {
  title: "remote procedures",
  caller: "anyone",
  method: "POST",
  path: "/onep:v1/rpc/process",
  async handle(api, request) {
    const body = parseJson(request.text);
    if (!isRecord(body)) throw new Refusal("malformed-json");
    const { auth, calls } = body;
    if (!Array.isArray(calls) || calls.length > callsMax) throw new Refusal("malformed-json");
    const cik = isRecord(auth) ? auth["cik"] : undefined;
    const client = await clientOfKey(api, typeof cik === "string" ? cik : undefined);
    const outcomes: unknown[] = [];
    for (const call of calls as unknown[]) {
      if (!isRecord(call)) throw new Refusal("malformed-json");
      outcomes.push({ id: call["id"] ?? null, ...(await run(api, client, call)) });
    }
    const contentType = "application/json; charset=utf-8";
    return { ...textReply(JSON.stringify(outcomes)), contentType };
  },
};

async function run(
  api: Api,
  client: Client,
  { procedure, arguments: values }: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  const [first, second] = Array.isArray(values) ? (values as unknown[]) : [];
  switch (procedure) {
    case "lookup":
      // The empty alias is the caller itself.
      if (first !== "alias" || second !== "") return { status: "invalid" };
      return { status: "ok", result: client.rid };
    case "share":
      if (!(await isBelow(api, first, client))) return { status: "restricted" };
      // A code is opaque to procedure 28 (S-19), so nothing need be kept of it.
      return { status: "ok", result: newIdentifier() };
    case "info":
      return info(api, client, first, second);
    default:
      return { status: "invalid" };
  }
}

async function info(
  api: Api,
  client: Client,
  resource: unknown,
  options: unknown,
): Promise<Outcome> {
  const rid = isRecord(resource) && resource["alias"] === "" ? client.rid : resource;
  if (typeof rid !== "string" || !(await isBelow(api, rid, client))) {
    return { status: "restricted" };
  }
  const found = await api.clients.open(rid);
  if (found === undefined) return { status: "restricted" };
  const asked = isRecord(options) ? Object.keys(options) : [];
  const all = asked.length === 0;
  const basic = { type: "client", status: statusText(found, nowSeconds(api.clock)) };
  return {
    status: "ok",
    result: {
      ...((all || asked.includes("basic")) && { basic }),
      ...((all || asked.includes("key")) && { key: found.cik }),
    },
  };
}

async function isBelow(api: Api, rid: unknown, client: Client): Promise<boolean> {
  if (typeof rid !== "string" || !isIdentifier(rid)) return false;
  return api.clients.descends(api.database, rid, client.rid);
}
