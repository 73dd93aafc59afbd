// Procedures 26 and 27: a vendor's models, and those that others share with it.

import type { Procedure } from "../../api/procedure.js";
import { csvReply } from "../../http/reply.js";

const path = "/provision/manage/model/";

export const listModels: Procedure = {
  number: 26,
  title: "list models",
  caller: "vendor",
  method: "GET",
  path,
  applies: ({ query }) => !query.has("show"),
  async handle(context, _request, vendor) {
    return csvReply((await context.models.names(vendor.rid)).map((name) => [name]));
  },
};

export const listSharedModels: Procedure = {
  number: 27,
  title: "list shared models",
  caller: "vendor",
  method: "GET",
  path,
  applies: ({ query }) => query.get("show") === "shared",
  async handle(context, _request, vendor) {
    const shared = await context.shares.models(vendor.rid);
    return csvReply(shared.map(({ vendor: creator, model }) => [creator, model]));
  },
};
