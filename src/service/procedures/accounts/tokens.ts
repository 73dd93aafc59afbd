// Procedures 59 to 63: a vendor's tokens, by ids of its choice (S-55). Only its CIK opens them: a
// token makes no tokens (S-16).

import type { Api } from "../../api/context.js";
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
  async handle(api, _request, { rid }) {
    return csvReply((await api.vendors.tokenIds(rid)).map((id) => [id]));
  },
};

export const createToken: Procedure = {
  number: 60,
  title: "create token",
  caller: "vendor-cik",
  method: "POST",
  path: listPath,
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(api, { form }, { rid }) {
    const token = await api.vendors.createToken(api.database, rid, asName(form.need("id")));
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
  handle: (api, { form }, vendor) => remove(api, vendor, asName(form.need("id"))),
};

export const showToken: Procedure = {
  number: 62,
  title: "show token",
  caller: "vendor-cik",
  method: "GET",
  path,
  async handle(api, request, { rid }) {
    const token = await api.vendors.openToken(rid, request.name(0));
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
  handle: (api, request, vendor) => remove(api, vendor, request.name(0)),
};

async function remove(api: Api, { rid }: Vendor, id: string): Promise<Reply> {
  if (!(await api.vendors.deleteToken(rid, id))) throw new Refusal("unknown-token");
  return resetContent;
}
