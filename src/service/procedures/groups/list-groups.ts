// Procedures 12 and 15: the groups of a model, and what one group says of itself.

import { ownModel } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { pageOf } from "../../http/page.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply, csvReplyOr204 } from "../../http/reply.js";

export const listGroups = procedure(procedures.listGroups, {
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const groups = await context.groups.list(modelId, pageOf(request.query));
    return csvReplyOr204(groups.map(({ name, meta }) => [name, meta]));
  },
});

export const groupInfo = procedure(procedures.groupInfo, {
  applies: ({ query }) => !query.has("show"),
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const group = await context.groups.find(modelId, request.name("group"));
    if (group === undefined) throw new Refusal("unknown-group");
    const count = await context.members.count({ modelId, group: group.name });
    return csvReply([[group.meta, String(count)]]);
  },
});
