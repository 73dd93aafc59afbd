// POST /onep:v1/rpc/process: the platform's remote procedures, as far as remote-calls.ts has them.
// What concerns the whole request is told in JSON, too, as the scripts of the time print it.
//
//     {"auth":{"cik":"..."},"calls":[{"id":1,"procedure":"lookup","arguments":["alias",""]}]}
//     [{"id":1,"status":"ok","result":"<rid>"}]
//     {"error":{"code":401,"message":"Authorization failed"}}

import { jsonContentType } from "../../../protocol/content-types.js";
import type { Context } from "../../api/context.js";
import { clientOfKey } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { isRecord, parseJson } from "../../database/json.js";
import { callsMax } from "../../limits.js";
import { procedure } from "../../api/procedure.js";
import { runCall } from "./remote-calls.js";
import { type Reply, textReply } from "../../http/reply.js";

const place = {
  title: "remote procedures",
  caller: "anyone",
  method: "POST",
  path: "/onep:v1/rpc/process",
} as const;

export const remoteProcedures = procedure(place, {
  async handle(context, request) {
    try {
      return jsonReply(await runCalls(context, parseJson(request.text)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status: code, message } = error;
      const told = error.code === "unauthorised" ? "Authorization failed" : message;
      return { ...jsonReply({ error: { code, message: told } }), status: code };
    }
  },
});

async function runCalls(context: Context, body: unknown): Promise<object[]> {
  if (!isRecord(body)) throw new Refusal("malformed-json");
  const { auth, calls } = body;
  if (!isCalls(calls)) throw new Refusal("malformed-json");
  const cik = isRecord(auth) ? auth["cik"] : undefined;
  const client = await clientOfKey(context, typeof cik === "string" ? cik : undefined);
  const outcomes: object[] = [];
  for (const { id = null, procedure, arguments: values } of calls) {
    const list = Array.isArray(values) ? (values as unknown[]) : [];
    outcomes.push({ id, ...(await runCall(context, client, procedure, list)) });
  }
  return outcomes;
}

function isCalls(calls: unknown): calls is Record<string, unknown>[] {
  return Array.isArray(calls) && calls.length <= callsMax && calls.every(isRecord);
}

function jsonReply(value: unknown): Reply {
  return { ...textReply(JSON.stringify(value)), contentType: jsonContentType };
}
