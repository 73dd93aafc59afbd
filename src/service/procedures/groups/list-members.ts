// Procedures 18 to 21: what a group holds: all of it, what is of one type, what has one id, or the
// one member that has both.

import { ownGroup } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { asMemberKey, asMemberType } from "../../api/member-fields.js";
import type { MemberKey } from "../../stores/members.js";
import { type Page, pageOf } from "../../http/page.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReplyOr204, type Reply } from "../../http/reply.js";
import { asSerial } from "../../api/texts.js";
import type { RoutedRequest } from "../../api/routed-request.js";

export const listMembers = procedure(procedures.listMembers, {
  applies: ({ query }) => !query.has("type") && !query.has("id"),
  handle: (context, request, vendor) => list(context, request, vendor, {}, pageOf(request.query)),
});

export const listMembersOfType = procedure(procedures.listMembersOfType, {
  applies: ({ query }) => query.has("type") && !query.has("id"),
  handle(context, request, vendor) {
    const type = asMemberType(request.query.need("type"));
    return list(context, request, vendor, { type }, pageOf(request.query));
  },
});

export const listMembersOfId = procedure(procedures.listMembersOfId, {
  applies: ({ query }) => !query.has("type") && query.has("id"),
  handle(context, request, vendor) {
    // Of any type, so anything that a serial may be.
    return list(context, request, vendor, { name: asSerial(request.query.need("id")) });
  },
});

export const showMember = procedure(procedures.showMember, {
  applies: ({ query }) => query.has("type") && query.has("id"),
  handle(context, request, vendor) {
    const { query } = request;
    return list(context, request, vendor, asMemberKey(query.need("type"), query.need("id")));
  },
});

async function list(
  context: Context,
  request: RoutedRequest<"model" | "group">,
  vendor: Vendor,
  key: Partial<MemberKey>,
  page?: Page,
): Promise<Reply> {
  const members = await context.members.list(await ownGroup(context, request, vendor), key, page);
  return csvReplyOr204(
    members.map(({ type, name, expiresAt, meta }) => [
      type,
      name,
      expiresAt === null ? "" : String(expiresAt),
      meta,
    ]),
  );
}
