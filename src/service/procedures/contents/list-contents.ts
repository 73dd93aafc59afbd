// Procedure 1: the ids of all contents of a model, for its vendor.

import { ownModel } from "../../api/access.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply } from "../../http/reply.js";

export const listContents = procedure(procedures.listContents, {
  applies: ({ query }) => !query.has("sn"),
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "invalid-model");
    return csvReply((await context.contents.names(modelId)).map((name) => [name]));
  },
});
