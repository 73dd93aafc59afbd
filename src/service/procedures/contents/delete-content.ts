// Procedures 4 and 11: a vendor deletes a content with its bytes (S-45); the same by two URLs.

import type { Context } from "../../api/context.js";
import { ownModel } from "../../api/access.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asName, type Request } from "../../http/request.js";

export const deleteContentEntry: Procedure = {
  number: 4,
  title: "delete content entry",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/content/:model/",
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, request, vendor) =>
    remove(context, request, vendor, asName(request.form.need("id"))),
};

export const deleteContent: Procedure = {
  number: 11,
  title: "delete content",
  caller: "vendor",
  method: "DELETE",
  path: "/provision/manage/content/:model/:content",
  handle: (context, request, vendor) => remove(context, request, vendor, request.name(1)),
};

async function remove(
  context: Context,
  request: Request,
  vendor: Vendor,
  name: string,
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name(0), "invalid-model");
  if (!(await context.contents.delete(modelId, name))) throw new Refusal("unknown-content");
  return resetContent;
}
