// Procedure 1: the ids of all contents of a model, for its vendor.

import { ownModel } from "../../api/access.js";
import type { Procedure } from "../../api/procedure.js";
import { csvReply } from "../../http/reply.js";

export const listContents: Procedure = {
  number: 1,
  title: "list contents",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/content/:model/",
  applies: ({ query }) => !query.has("sn"),
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name(0), "invalid-model");
    return csvReply((await context.contents.names(modelId)).map((name) => [name]));
  },
};
