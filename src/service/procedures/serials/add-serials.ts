// Procedures 35, 36 and 37: a vendor adds serials to a model, one, several, or as CSV with the
// extra text of each; all or none (S-33).

import { metaBytesMax } from "../../../protocol/limits.js";
import type { Context } from "../../api/context.js";
import { ownModel } from "../../api/access.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asSerial, asText, type Request } from "../../http/request.js";
import { readRows } from "../../http/request-rows.js";
import type { NewSerial } from "../../stores/serials.js";

const path = "/provision/manage/model/:model/";

function isAddition(request: Request): boolean {
  return request.bodyKind === "form" && !request.isRemoval;
}

export const addSerial: Procedure = {
  number: 35,
  title: "add serial",
  caller: "vendor",
  method: "POST",
  path,
  applies: (request) => isAddition(request) && request.form.list("sn").length === 1,
  handle(context, request, vendor) {
    const extra = request.form.get("extra") ?? "";
    return add(context, request, vendor, [{ sn: request.form.need("sn"), extra }]);
  },
};

export const addSerials: Procedure = {
  number: 36,
  title: "add serials",
  caller: "vendor",
  method: "POST",
  path,
  applies: (request) => isAddition(request) && request.form.list("sn").length > 1,
  handle(context, request, vendor) {
    const serials = request.form.list("sn").map((sn) => ({ sn, extra: "" }));
    return add(context, request, vendor, serials);
  },
};

export const addSerialRows: Procedure = {
  number: 37,
  title: "add serials as CSV",
  caller: "vendor",
  method: "POST",
  path,
  applies: ({ bodyKind }) => bodyKind === "rows",
  handle(context, request, vendor) {
    // One or two columns.
    const rows = readRows(request.content, 2);
    const serials = rows.map(([sn = "", extra = ""]) => ({ sn, extra }));
    return add(context, request, vendor, serials);
  },
};

async function add(
  context: Context,
  request: Request,
  vendor: Vendor,
  serials: readonly NewSerial[],
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
  for (const { sn, extra } of serials) {
    asSerial(sn);
    asText(extra, metaBytesMax);
  }
  if (!(await context.serials.add(modelId, serials))) throw new Refusal("serial-exists");
  return resetContent;
}
