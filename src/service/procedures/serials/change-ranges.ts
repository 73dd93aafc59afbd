// Procedures 38 and 42: a vendor adds ranges of serials to a model, or takes numbers out of them;
// all or none (S-31).

import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { rangesMax } from "../../limits.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { type Reply, resetContent } from "../../http/reply.js";
import type { FilledRequest } from "../../api/routed-request.js";
import { readRanges } from "../../stores/serial-range.js";

export const addRanges = procedure(procedures.addRanges, {
  applies: ({ bodyKind }) => bodyKind === "json",
  handle: (context, request, vendor) => change(context, request, vendor, "add"),
});

export const deleteRanges = procedure(procedures.deleteRanges, {
  applies: ({ bodyKind }) => bodyKind === "json",
  handle: (context, request, vendor) => change(context, request, vendor, "remove"),
});

async function change(
  context: Context,
  request: FilledRequest<"model">,
  vendor: Vendor,
  action: "add" | "remove",
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
  const sent = readRanges(request.text);
  const fits = sent.length <= rangesMax && (await context.ranges[action](modelId, sent));
  if (!fits) throw new Refusal("too-many-ranges");
  return resetContent;
}
