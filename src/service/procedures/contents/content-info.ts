// Procedure 5: what a vendor has stored under a content's id.

import { ownContent } from "../../api/access.js";
import { infoRow } from "../../api/content-reply.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply } from "../../http/reply.js";

export const contentInfo = procedure(procedures.contentInfo, {
  applies: ({ query }) => !query.isTrue("download") && !query.has("sn") && !query.has("show"),
  async handle(context, request, vendor) {
    const content = await ownContent(context, request, vendor, "invalid-model");
    return csvReply([[...infoRow(content), content.protected === 1 ? "true" : "false"]]);
  },
});
