// Procedure 66: a content's bytes, or a range of them, for a device.

import { deviceReader, readableContent } from "../../api/access.js";
import { contentReply } from "../../api/content-reply.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";

export const downloadContent = procedure(procedures.downloadContent, {
  applies: ({ query }) => query.has("id") && !query.isTrue("info"),
  async handle(context, request, device) {
    const { query } = request;
    const reader = deviceReader(device, query, "not-a-device");
    const content = await readableContent(context, reader, query.need("id"));
    return contentReply(context, request, content);
  },
});
