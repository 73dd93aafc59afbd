// Procedures 9, 16 and 44: the groups that hold a content, a group or a serial directly.

import { ownContent, ownGroup, ownModel, requireSerial } from "../../api/access.js";
import type { Api } from "../../api/context.js";
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
  async handle(api, request, vendor) {
    const { modelId, name } = await ownContent(api, request, vendor, "invalid-model");
    return list(api, request, modelId, { type: "content", name });
  },
};

export const listGroupGroups: Procedure = {
  number: 16,
  title: "list groups of group",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/group/:model/:group",
  applies: asksForGroups,
  async handle(api, request, vendor) {
    const { modelId, group } = await ownGroup(api, request, vendor);
    return list(api, request, modelId, { type: "group", name: group });
  },
};

export const listSerialGroups: Procedure = {
  number: 44,
  title: "list groups of serial",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/model/:model/:sn",
  applies: asksForGroups,
  async handle(api, request, vendor) {
    const modelId = await ownModel(api, vendor, request.name(0), "unknown-model");
    const sn = request.serial(1);
    await requireSerial(api, { modelId, sn });
    return list(api, request, modelId, { type: "sn", name: sn });
  },
};

async function list(
  api: Api,
  request: Request,
  modelId: number,
  member: MemberKey,
): Promise<Reply> {
  const groups = await api.members.groupsOf(modelId, member, pageOf(request.query));
  return csvReplyOr204(groups.map((group) => [group]));
}
