// Procedure 34: the ranges of a model's serials, as they were sent (S-32).

import { scriptContentType } from "../../../protocol/content-types.js";
import { textReply } from "../../http/reply.js";
import { ownModel } from "../../api/access.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";

export const listRanges = procedure(procedures.listRanges, {
  applies: ({ query }) => query.get("show") === "ranges",
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const ranges = await context.ranges.list(context.database, modelId);
    return { ...textReply(JSON.stringify({ ranges })), contentType: scriptContentType };
  },
});
