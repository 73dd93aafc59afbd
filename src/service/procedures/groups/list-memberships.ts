// Procedures 9, 16 and 44: the groups that hold a content, a group or a serial directly.

import { ownContent, ownGroup, ownModel, requireSerial } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { MemberKey } from "../../stores/members.js";
import { pageOf } from "../../http/page.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReplyOr204, type Reply } from "../../http/reply.js";
import type { RoutedRequest } from "../../api/routed-request.js";

function asksForGroups({ query }: RoutedRequest): boolean {
  return query.get("show") === "groups";
}

export const listContentGroups = procedure(procedures.listContentGroups, {
  applies: asksForGroups,
  async handle(context, request, vendor) {
    const { modelId, name } = await ownContent(context, request, vendor, "invalid-model");
    return list(context, request, modelId, { type: "content", name });
  },
});

export const listGroupGroups = procedure(procedures.listGroupGroups, {
  applies: asksForGroups,
  async handle(context, request, vendor) {
    const { modelId, group } = await ownGroup(context, request, vendor);
    return list(context, request, modelId, { type: "group", name: group });
  },
});

export const listSerialGroups = procedure(procedures.listSerialGroups, {
  applies: asksForGroups,
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const sn = request.serial("sn");
    await requireSerial(context, { modelId, sn });
    return list(context, request, modelId, { type: "sn", name: sn });
  },
});

async function list(
  context: Context,
  request: RoutedRequest,
  modelId: number,
  member: MemberKey,
): Promise<Reply> {
  const groups = await context.members.groupsOf(modelId, member, pageOf(request.query));
  return csvReplyOr204(groups.map((group) => [group]));
}
