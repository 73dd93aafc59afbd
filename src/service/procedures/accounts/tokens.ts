// Procedures 59 to 63: a vendor's tokens, by ids of its choice (S-55). Only its CIK opens them: a
// token makes no tokens (S-16).

import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply, type Reply, resetContent, textReply } from "../../http/reply.js";
import { asName } from "../../api/texts.js";

export const listTokens = procedure(procedures.listTokens, {
  async handle(context, _request, { rid }) {
    return csvReply((await context.vendors.tokenIds(rid)).map((id) => [id]));
  },
});

export const createToken = procedure(procedures.createToken, {
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, { form }, { rid }) {
    const token = await context.vendors.createToken(context.database, rid, asName(form.need("id")));
    if (token === undefined) throw new Refusal("token-exists");
    return textReply(token);
  },
});

export const deleteTokenEntry = procedure(procedures.deleteTokenEntry, {
  applies: ({ form }) => form.isTrue("delete"),
  handle: (context, { form }, vendor) => remove(context, vendor, asName(form.need("id"))),
});

export const showToken = procedure(procedures.showToken, {
  async handle(context, request, { rid }) {
    const token = await context.vendors.openToken(rid, request.name("token"));
    if (token === undefined) throw new Refusal("unknown-token");
    return textReply(token);
  },
});

export const deleteToken = procedure(procedures.deleteToken, {
  handle: (context, request, vendor) => remove(context, vendor, request.name("token")),
});

async function remove(context: Context, { rid }: Vendor, id: string): Promise<Reply> {
  if (!(await context.vendors.deleteToken(rid, id))) throw new Refusal("unknown-token");
  return resetContent;
}
