// Procedures 14 and 17: a vendor deletes a group, but not what it holds; the same by two URLs.

import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asName, type Request } from "../../http/request.js";

export const deleteGroupEntry: Procedure = {
  number: 14,
  title: "delete group entry",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/group/:model/",
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, request, vendor) =>
    remove(context, request, vendor, asName(request.form.need("id"))),
};

export const deleteGroup: Procedure = {
  number: 17,
  title: "delete group",
  caller: "vendor",
  method: "DELETE",
  path: "/provision/manage/group/:model/:group",
  handle: (context, request, vendor) => remove(context, request, vendor, request.name(1)),
};

async function remove(
  context: Context,
  request: Request,
  vendor: Vendor,
  name: string,
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
  if (!(await context.groups.delete(modelId, name))) throw new Refusal("unknown-group");
  return resetContent;
}
