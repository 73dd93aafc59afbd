// Procedure 66: a content's bytes, or a range of them, for a device.

import { downloadPath } from "../../../protocol/paths.js";
import { deviceReader, readableContent } from "../../api/access.js";
import { contentReply } from "../../api/content-reply.js";
import type { Procedure } from "../../api/procedure.js";

export const downloadContent: Procedure = {
  number: 66,
  title: "download content",
  caller: "device",
  method: "GET",
  path: downloadPath,
  applies: ({ query }) => query.has("id") && !query.isTrue("info"),
  async handle(context, request, device) {
    const { query } = request;
    const reader = deviceReader(device, query, "not-a-device");
    const content = await readableContent(context, reader, query.need("id"));
    return contentReply(context, request, content);
  },
};
