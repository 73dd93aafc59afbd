// Procedure 6: a content's bytes, or a range of them, for its vendor.

import { ownContent } from "../../api/access.js";
import { contentReply } from "../../api/content-reply.js";
import type { Procedure } from "../../api/procedure.js";

export const readContent: Procedure = {
  number: 6,
  title: "read content",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/content/:model/:content",
  applies: ({ query }) => query.isTrue("download") && !query.has("sn"),
  async handle(context, request, vendor) {
    // 403 here, 400 in its siblings (S-22).
    return contentReply(
      context,
      request,
      await ownContent(context, request, vendor, "forbidden-model"),
    );
  },
};
