// Procedures 51 to 55: the vendors that may enable serials of a vendor's model (S-20, S-54).

import { csvContentType } from "../../../protocol/paths.js";
import { ownModel } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { csvReplyOr204, noContent, type Reply, resetContent } from "../../http/reply.js";
import { asName, type Request } from "../../http/request.js";

const listPath = "/provision/manage/share/:model/";
const path = "/provision/manage/share/:model/:vendor";

export const listShares: Procedure = {
  number: 51,
  title: "list shares",
  caller: "vendor",
  method: "GET",
  path: listPath,
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
    return csvReplyOr204((await context.shares.vendors(modelId)).map((name) => [name]));
  },
};

export const createShare: Procedure = {
  number: 52,
  title: "create share",
  caller: "vendor",
  method: "POST",
  path: listPath,
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, request, vendor) {
    const sharerName = asName(request.form.need("vendor"));
    const { modelId, sharerRid } = await findShare(context, request, vendor, sharerName);
    if (sharerRid === vendor.rid) throw new Refusal("shared-with-self");
    await context.shares.create(modelId, sharerRid);
    return resetContent;
  },
};

export const deleteShareEntry: Procedure = {
  number: 53,
  title: "delete share entry",
  caller: "vendor",
  method: "POST",
  path: listPath,
  applies: ({ form }) => form.isTrue("delete"),
  handle(context, request, vendor) {
    return remove(context, request, vendor, asName(request.form.need("vendor")));
  },
};

export const showShare: Procedure = {
  number: 54,
  title: "show share",
  caller: "vendor",
  method: "GET",
  path,
  async handle(context, request, vendor) {
    const { modelId, sharerRid } = await findShare(context, request, vendor, request.name(1));
    if (!(await context.shares.exists(modelId, sharerRid))) throw new Refusal("unknown-share");
    // The documents print a type, though there is nothing it could be of.
    return { ...noContent, contentType: csvContentType };
  },
};

export const deleteShare: Procedure = {
  number: 55,
  title: "delete share",
  caller: "vendor",
  method: "DELETE",
  path,
  handle: (context, request, vendor) => remove(context, request, vendor, request.name(1)),
};

/** The vendor's own model of the path, and the client that holds the other vendor's name. */
async function findShare(
  context: Context,
  request: Request,
  vendor: Vendor,
  sharerName: string,
): Promise<{ modelId: number; sharerRid: string }> {
  const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
  const sharerRid = await context.vendors.findClient(sharerName);
  if (sharerRid === undefined) throw new Refusal("unknown-vendor");
  return { modelId, sharerRid };
}

async function remove(
  context: Context,
  request: Request,
  vendor: Vendor,
  sharerName: string,
): Promise<Reply> {
  const { modelId, sharerRid } = await findShare(context, request, vendor, sharerName);
  if (!(await context.shares.delete(modelId, sharerRid))) throw new Refusal("unknown-share");
  return resetContent;
}
