// Procedure 5: what a vendor has stored under a content's id.

import { ownContent } from "../../api/access.js";
import { infoRow } from "../../api/content-reply.js";
import type { Procedure } from "../../api/procedure.js";
import { csvReply } from "../../http/reply.js";

export const contentInfo: Procedure = {
  number: 5,
  title: "content info",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/content/:model/:content",
  applies: ({ query }) => !query.isTrue("download") && !query.has("sn") && !query.has("show"),
  async handle(context, request, vendor) {
    const content = await ownContent(context, request, vendor, "invalid-model");
    return csvReply([[...infoRow(content), content.protected === 1 ? "true" : "false"]]);
  },
};
