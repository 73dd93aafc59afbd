// Procedures 39, 40 and 41: a vendor removes serials from a model, one, several, or as CSV. What
// the model does not list is ignored (S-33).

import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import type { Procedure } from "../../api/procedure.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { readRows } from "../../http/request-rows.js";
import { asSerial, type Request } from "../../http/request.js";

const path = "/provision/manage/model/:model/";

function isRemoval(request: Request): boolean {
  return request.bodyKind === "form" && request.isRemoval;
}

export const removeSerial: Procedure = {
  number: 39,
  title: "remove serial",
  caller: "vendor",
  method: "POST",
  path,
  applies: (request) => isRemoval(request) && request.form.list("sn").length === 1,
  handle: (context, request, vendor) => remove(context, request, vendor, request.form.list("sn")),
};

export const removeSerials: Procedure = {
  number: 40,
  title: "remove serials",
  caller: "vendor",
  method: "POST",
  path,
  applies: (request) => isRemoval(request) && request.form.list("sn").length > 1,
  handle: (context, request, vendor) => remove(context, request, vendor, request.form.list("sn")),
};

export const removeSerialRows: Procedure = {
  number: 41,
  title: "remove serials as CSV",
  caller: "vendor",
  method: "DELETE",
  path,
  applies: ({ bodyKind }) => bodyKind === "rows",
  handle(context, request, vendor) {
    const serials = readRows(request.content, Infinity).map(([sn = ""]) => sn);
    return remove(context, request, vendor, serials);
  },
};

async function remove(
  context: Context,
  request: Request,
  vendor: Vendor,
  serials: readonly string[],
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
  await context.serials.remove(modelId, serials.map(asSerial));
  return resetContent;
}
