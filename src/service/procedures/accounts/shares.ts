// Procedures 51 to 55: the vendors that may enable serials of a vendor's model (S-20, S-54).

import { csvContentType } from "../../../protocol/content-types.js";
import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReplyOr204, noContent, type Reply, resetContent } from "../../http/reply.js";
import { asName } from "../../api/texts.js";
import type { RoutedRequest } from "../../api/routed-request.js";

export const listShares = procedure(procedures.listShares, {
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    return csvReplyOr204((await context.shares.vendors(modelId)).map((name) => [name]));
  },
});

export const createShare = procedure(procedures.createShare, {
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, request, vendor) {
    const sharerName = asName(request.form.need("vendor"));
    const { modelId, sharerRid } = await findShare(context, request, vendor, sharerName);
    if (sharerRid === vendor.rid) throw new Refusal("shared-with-self");
    await context.shares.create(modelId, sharerRid);
    return resetContent;
  },
});

export const deleteShareEntry = procedure(procedures.deleteShareEntry, {
  applies: ({ form }) => form.isTrue("delete"),
  handle(context, request, vendor) {
    return remove(context, request, vendor, asName(request.form.need("vendor")));
  },
});

export const showShare = procedure(procedures.showShare, {
  async handle(context, request, vendor) {
    const { modelId, sharerRid } = await findShare(
      context,
      request,
      vendor,
      request.name("vendor"),
    );
    if (!(await context.shares.exists(modelId, sharerRid))) throw new Refusal("unknown-share");
    // The documents print a type, though there is nothing it could be of.
    return { ...noContent, contentType: csvContentType };
  },
});

export const deleteShare = procedure(procedures.deleteShare, {
  handle: (context, request, vendor) => remove(context, request, vendor, request.name("vendor")),
});

/** The vendor's own model of the path, and the client that holds the other vendor's name. */
async function findShare(
  context: Context,
  request: RoutedRequest<"model">,
  vendor: Vendor,
  sharerName: string,
): Promise<{ modelId: number; sharerRid: string }> {
  const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
  const sharerRid = await context.vendors.findClient(sharerName);
  if (sharerRid === undefined) throw new Refusal("unknown-vendor");
  return { modelId, sharerRid };
}

async function remove(
  context: Context,
  request: RoutedRequest<"model">,
  vendor: Vendor,
  sharerName: string,
): Promise<Reply> {
  const { modelId, sharerRid } = await findShare(context, request, vendor, sharerName);
  if (!(await context.shares.delete(modelId, sharerRid))) throw new Refusal("unknown-share");
  return resetContent;
}
