// Procedures 29 and 32: a vendor deletes a model with all that belongs to it (S-34); the same by
// two URLs.

import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import type { Procedure } from "../../api/procedure.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asName } from "../../http/request.js";

export const deleteModelEntry: Procedure = {
  number: 29,
  title: "delete model entry",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/model/",
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, { form }, vendor) => remove(context, vendor, asName(form.need("model"))),
};

export const deleteModel: Procedure = {
  number: 32,
  title: "delete model",
  caller: "vendor",
  method: "DELETE",
  path: "/provision/manage/model/:model",
  handle: (context, request, vendor) => remove(context, vendor, request.name(0)),
};

async function remove(context: Context, vendor: Vendor, name: string): Promise<Reply> {
  await context.models.delete(await ownModel(context, vendor, name, "unknown-model"));
  return resetContent;
}
