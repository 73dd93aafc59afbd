// Procedures 29 and 32: a vendor deletes a model with all that belongs to it (S-34); the same by
// two URLs.

import { ownModel } from "../../api/access.js";
import type { Api } from "../../api/context.js";
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
  handle: (api, { form }, vendor) => remove(api, vendor, asName(form.need("model"))),
};

export const deleteModel: Procedure = {
  number: 32,
  title: "delete model",
  caller: "vendor",
  method: "DELETE",
  path: "/provision/manage/model/:model",
  handle: (api, request, vendor) => remove(api, vendor, request.name(0)),
};

async function remove(api: Api, vendor: Vendor, name: string): Promise<Reply> {
  await api.models.delete(await ownModel(api, vendor, name, "unknown-model"));
  return resetContent;
}
