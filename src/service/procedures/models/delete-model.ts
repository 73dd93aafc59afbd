// Procedures 29 and 32: a vendor deletes a model with all that belongs to it (S-34); the same by
// two URLs.

import { ownModel } from "../../api/access.js";
import { nowSeconds } from "../../clock.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asName } from "../../api/texts.js";

export const deleteModelEntry = procedure(procedures.deleteModelEntry, {
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, { form }, vendor) => remove(context, vendor, asName(form.need("model"))),
});

export const deleteModel = procedure(procedures.deleteModel, {
  handle: (context, request, vendor) => remove(context, vendor, request.name("model")),
});

async function remove(context: Context, vendor: Vendor, name: string): Promise<Reply> {
  const modelId = await ownModel(context, vendor, name, "unknown-model");
  await context.modelRemover.remove(modelId, nowSeconds(context.clock));
  return resetContent;
}
