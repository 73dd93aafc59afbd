// Procedures 4 and 11: a vendor deletes a content with its bytes (S-45); the same by two URLs.

import type { Context } from "../../api/context.js";
import { ownModel } from "../../api/access.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { asName } from "../../api/texts.js";
import type { RoutedRequest } from "../../api/routed-request.js";

export const deleteContentEntry = procedure(procedures.deleteContentEntry, {
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, request, vendor) =>
    remove(context, request, vendor, asName(request.form.need("id"))),
});

export const deleteContent = procedure(procedures.deleteContent, {
  handle: (context, request, vendor) => remove(context, request, vendor, request.name("content")),
});

async function remove(
  context: Context,
  request: RoutedRequest<"model">,
  vendor: Vendor,
  name: string,
): Promise<Reply> {
  const modelId = await ownModel(context, vendor, request.name("model"), "invalid-model");
  if (!(await context.contents.delete(modelId, name))) throw new Refusal("unknown-content");
  return resetContent;
}
