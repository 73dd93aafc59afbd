// Procedures 59 to 63: a vendor's tokens, by ids of its choice (S-55). Only its CIK opens them: a
// token makes no tokens (S-16).

import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { csvReply, type Reply, resetContent, textReply } from "../../http/reply.js";
import { asName } from "../../http/request.js";

const listPath = "/provision/admin/auth/";
const path = "/provision/admin/auth/:token";

export const listTokens: Procedure = {
  number: 59,
  title: "list tokens",
  caller: "vendor-cik",
  method: "GET",
  path: listPath,
  async handle(context, _request, { rid }) {
    return csvReply((await context.vendors.tokenIds(rid)).map((id) => [id]));
  },
};

export const createToken: Procedure = {
  number: 60,
  title: "create token",
  caller: "vendor-cik",
  method: "POST",
  path: listPath,
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, { form }, { rid }) {
    const token = await context.vendors.createToken(context.database, rid, asName(form.need("id")));
    if (token === undefined) throw new Refusal("token-exists");
    return textReply(token);
  },
};

export const deleteTokenEntry: Procedure = {
  number: 61,
  title: "delete token entry",
  caller: "vendor-cik",
  method: "POST",
  path: listPath,
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, { form }, vendor) => remove(context, vendor, asName(form.need("id"))),
};

export const showToken: Procedure = {
  number: 62,
  title: "show token",
  caller: "vendor-cik",
  method: "GET",
  path,
  async handle(context, request, { rid }) {
    const token = await context.vendors.openToken(rid, request.name(0));
    if (token === undefined) throw new Refusal("unknown-token");
    return textReply(token);
  },
};

export const deleteToken: Procedure = {
  number: 63,
  title: "delete token",
  caller: "vendor-cik",
  method: "DELETE",
  path,
  handle: (context, request, vendor) => remove(context, vendor, request.name(0)),
};

async function remove(context: Context, { rid }: Vendor, id: string): Promise<Reply> {
  if (!(await context.vendors.deleteToken(rid, id))) throw new Refusal("unknown-token");
  return resetContent;
}
