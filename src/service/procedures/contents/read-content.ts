// Procedure 6: a content's bytes, or a range of them, for its vendor.

import { ownContent } from "../../api/access.js";
import { contentReply } from "../../api/content-reply.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";

export const readContent = procedure(procedures.readContent, {
  applies: ({ query }) => query.isTrue("download") && !query.has("sn"),
  async handle(context, request, vendor) {
    // 403 here, 400 in its siblings (S-22).
    return contentReply(
      context,
      request,
      await ownContent(context, request, vendor, "forbidden-model"),
    );
  },
});
