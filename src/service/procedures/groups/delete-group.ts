// Procedures 14 and 17: a vendor deletes a group, but not what it holds; the same by two URLs.

import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asName } from "../../api/texts.js";
import type { RoutedRequest } from "../../api/routed-request.js";

export const deleteGroupEntry = procedure(procedures.deleteGroupEntry, {
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, request, vendor) =>
    remove(context, request, vendor, asName(request.form.need("id"))),
});

export const deleteGroup = procedure(procedures.deleteGroup, {
  handle: (context, request, vendor) => remove(context, request, vendor, request.name("group")),
});

async function remove(
  context: Context,
  request: RoutedRequest<"model">,
  vendor: Vendor,
  name: string,
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
  if (!(await context.groups.delete(modelId, name))) throw new Refusal("unknown-group");
  return resetContent;
}
