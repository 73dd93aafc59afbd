// Procedures 22 to 25: a vendor puts members into a group, or takes them out: several of one type
// as a form, any as CSV. All or none; who is there already gets the new expiry and meta (S-48).

import { ownGroup } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { Refusal } from "../../errors.js";
import { asMember, asMemberKey } from "../../api/member-fields.js";
import type { Member, MemberKey } from "../../stores/members.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { type Reply, resetContent } from "../../http/reply.js";
import { mapRows, readRows } from "../../http/request-rows.js";
import { metaOf } from "../../api/texts.js";
import type { FilledRequest } from "../../api/routed-request.js";

export const addSimilarMembers = procedure(procedures.addSimilarMembers, {
  applies: ({ bodyKind, form }) => bodyKind === "form" && !form.isTrue("delete"),
  handle(context, request, vendor) {
    const { form } = request;
    const type = form.need("type");
    const expire = form.get("expire") ?? "";
    const meta = metaOf(form);
    const members = needIds(request).map((id) => asMember(type, id, expire, meta));
    return put(context, request, vendor, members);
  },
});

export const addMembers = procedure(procedures.addMembers, {
  applies: ({ bodyKind }) => bodyKind === "rows",
  async handle(context, request, vendor) {
    const rows = await readRows(request.content, 4, context.turns);
    const make = ([type = "", id = "", expire = "", meta = ""]: string[]): Member =>
      asMember(type, id, expire, meta);
    const members = await mapRows(rows, context.turns, make);
    return put(context, request, vendor, members);
  },
});

export const deleteSimilarMembers = procedure(procedures.deleteSimilarMembers, {
  applies: ({ bodyKind, form }) => bodyKind === "form" && form.isTrue("delete"),
  handle(context, request, vendor) {
    const type = request.form.need("type");
    return remove(
      context,
      request,
      vendor,
      needIds(request).map((id) => asMemberKey(type, id)),
    );
  },
});

export const deleteMembers = procedure(procedures.deleteMembers, {
  // Some clients name no type in a DELETE (S-06).
  async handle(context, request, vendor) {
    // What #18 lists will do.
    const rows = await readRows(request.content, 4, context.turns);
    const make = ([type = "", id = ""]: string[]): MemberKey => asMemberKey(type, id);
    return remove(context, request, vendor, await mapRows(rows, context.turns, make));
  },
});

function needIds({ form }: FilledRequest): string[] {
  const ids = form.list("id");
  if (ids.length === 0) throw new Refusal("missing-key");
  return ids;
}

async function put(
  context: Context,
  request: FilledRequest<"model" | "group">,
  vendor: Vendor,
  members: readonly Member[],
): Promise<Reply> {
  const fault = await context.members.put(await ownGroup(context, request, vendor), members);
  if (fault !== undefined) throw new Refusal(fault);
  return resetContent;
}

async function remove(
  context: Context,
  request: FilledRequest<"model" | "group">,
  vendor: Vendor,
  members: readonly MemberKey[],
): Promise<Reply> {
  await context.members.remove(await ownGroup(context, request, vendor), members);
  return resetContent;
}
