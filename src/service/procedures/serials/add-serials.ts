// Procedures 35, 36 and 37: a vendor adds serials to a model, one, several, or as CSV with the
// extra text of each; all or none (S-33).

import { metaBytesMax } from "../../../protocol/limits.js";
import type { Context } from "../../api/context.js";
import { ownModel } from "../../api/access.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asSerial, asText } from "../../api/texts.js";
import type { FilledRequest } from "../../api/routed-request.js";
import { mapRows, readRows } from "../../http/request-rows.js";
import type { NewSerial } from "../../stores/serials.js";

function isAddition(request: FilledRequest<"model">): boolean {
  return request.bodyKind === "form" && !request.isRemoval;
}

export const addSerial = procedure(procedures.addSerial, {
  applies: (request) => isAddition(request) && request.form.list("sn").length === 1,
  handle(context, request, vendor) {
    const extra = request.form.get("extra") ?? "";
    return add(context, request, vendor, [{ sn: request.form.need("sn"), extra }]);
  },
});

export const addSerials = procedure(procedures.addSerials, {
  applies: (request) => isAddition(request) && request.form.list("sn").length > 1,
  handle(context, request, vendor) {
    const serials = request.form.list("sn").map((sn) => ({ sn, extra: "" }));
    return add(context, request, vendor, serials);
  },
});

export const addSerialRows = procedure(procedures.addSerialRows, {
  applies: ({ bodyKind }) => bodyKind === "rows",
  async handle(context, request, vendor) {
    // One or two columns.
    const rows = await readRows(request.content, 2, context.turns);
    const make = ([sn = "", extra = ""]: string[]): NewSerial => ({ sn, extra });
    const serials = await mapRows(rows, context.turns, make);
    return add(context, request, vendor, serials);
  },
});

async function add(
  context: Context,
  request: FilledRequest<"model">,
  vendor: Vendor,
  serials: readonly NewSerial[],
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
  await mapRows(serials, context.turns, ({ sn, extra }) => {
    asSerial(sn);
    asText(extra, metaBytesMax);
  });
  if (!(await context.serials.add(modelId, serials))) throw new Refusal("serial-exists");
  return resetContent;
}
