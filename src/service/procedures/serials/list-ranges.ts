// Procedure 34: the ranges of a model's serials, as they were sent (S-32).

import { scriptContentType, textReply } from "../../http/reply.js";
import { ownModel } from "../../api/access.js";
import type { Procedure } from "../../api/procedure.js";

export const listRanges: Procedure = {
  number: 34,
  title: "list ranges",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/model/:model/",
  applies: ({ query }) => query.get("show") === "ranges",
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
    const ranges = await context.ranges.list(context.database, modelId);
    return { ...textReply(JSON.stringify({ ranges })), contentType: scriptContentType };
  },
};
