// Procedures 9, 16 and 44: the groups that hold a content, a group or a serial directly.

import { ownContent, ownGroup, ownModel, requireSerial } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { MemberKey } from "../../stores/members.js";
import { pageOf } from "../../http/page.js";
import type { Procedure } from "../../api/procedure.js";
import { csvReplyOr204, type Reply } from "../../http/reply.js";
import type { Request } from "../../http/request.js";

function asksForGroups({ query }: Request): boolean {
  return query.get("show") === "groups";
}

export const listContentGroups: Procedure = {
  number: 9,
  title: "list groups of content",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/content/:model/:content",
  applies: asksForGroups,
  async handle(context, request, vendor) {
    const { modelId, name } = await ownContent(context, request, vendor, "invalid-model");
    return list(context, request, modelId, { type: "content", name });
  },
};

export const listGroupGroups: Procedure = {
  number: 16,
  title: "list groups of group",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/group/:model/:group",
  applies: asksForGroups,
  async handle(context, request, vendor) {
    const { modelId, group } = await ownGroup(context, request, vendor);
    return list(context, request, modelId, { type: "group", name: group });
  },
};

export const listSerialGroups: Procedure = {
  number: 44,
  title: "list groups of serial",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/model/:model/:sn",
  applies: asksForGroups,
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
    const sn = request.serial(1);
    await requireSerial(context, { modelId, sn });
    return list(context, request, modelId, { type: "sn", name: sn });
  },
};

async function list(
  context: Context,
  request: Request,
  modelId: number,
  member: MemberKey,
): Promise<Reply> {
  const groups = await context.members.groupsOf(modelId, member, pageOf(request.query));
  return csvReplyOr204(groups.map((group) => [group]));
}
