// Procedures 26 and 27: a vendor's models, and those that others share with it.

import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply } from "../../http/reply.js";

export const listModels = procedure(procedures.listModels, {
  applies: ({ query }) => !query.has("show"),
  async handle(context, _request, vendor) {
    return csvReply((await context.models.names(vendor.rid)).map((name) => [name]));
  },
});

export const listSharedModels = procedure(procedures.listSharedModels, {
  applies: ({ query }) => query.get("show") === "shared",
  async handle(context, _request, vendor) {
    const shared = await context.shares.models(vendor.rid);
    return csvReply(shared.map(({ vendor: creator, model }) => [creator, model]));
  },
});
