// Procedure 67: what a device may know of a content before it downloads it.

import { deviceReader, readableContent } from "../../api/access.js";
import { infoRow } from "../../api/content-reply.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply } from "../../http/reply.js";

export const downloadInfo = procedure(procedures.downloadInfo, {
  applies: ({ query }) => query.has("id") && query.isTrue("info"),
  async handle(context, { query }, device) {
    // 400 here, 403 in its siblings (S-22).
    const reader = deviceReader(device, query, "invalid-model");
    return csvReply([infoRow(await readableContent(context, reader, query.need("id")))]);
  },
});
