// Procedures 39, 40 and 41: a vendor removes serials from a model, one, several, or as CSV. What
// the model does not list is ignored (S-33).

import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { mapRows, readRows } from "../../http/request-rows.js";
import { asSerial } from "../../api/texts.js";
import type { FilledRequest } from "../../api/routed-request.js";

function isRemoval(request: FilledRequest<"model">): boolean {
  return request.bodyKind === "form" && request.isRemoval;
}

export const removeSerial = procedure(procedures.removeSerial, {
  applies: (request) => isRemoval(request) && request.form.list("sn").length === 1,
  handle: (context, request, vendor) => remove(context, request, vendor, request.form.list("sn")),
});

export const removeSerials = procedure(procedures.removeSerials, {
  applies: (request) => isRemoval(request) && request.form.list("sn").length > 1,
  handle: (context, request, vendor) => remove(context, request, vendor, request.form.list("sn")),
});

export const removeSerialRows = procedure(procedures.removeSerialRows, {
  applies: ({ bodyKind }) => bodyKind === "rows",
  async handle(context, request, vendor) {
    const rows = await readRows(request.content, Infinity, context.turns);
    const serials = await mapRows(rows, context.turns, ([sn = ""]) => sn);
    return remove(context, request, vendor, serials);
  },
});

async function remove(
  context: Context,
  request: FilledRequest<"model">,
  vendor: Vendor,
  serials: readonly string[],
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
  await context.serials.remove(modelId, await mapRows(serials, context.turns, asSerial));
  return resetContent;
}
