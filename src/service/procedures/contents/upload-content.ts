// Procedure 10: a vendor stores the bytes of a content, once (S-44), unless
// the service was told to replace. The body is the blob whatever
// its Content-Type says (S-06); it is kept as it comes, and shows when the last byte is stored.

import { blobContentType } from "../../../protocol/content-types.js";
import { nowSeconds } from "../../clock.js";
import { ownContent } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { contentTypeBytesMax } from "../../limits.js";
import { streamingProcedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";

export const uploadContent = streamingProcedure(procedures.uploadContent, {
  async handle(context, request, vendor) {
    const content = await ownContent(context, request, vendor, "invalid-model");
    const type = request.header("content-type") ?? blobContentType;
    if (type.length > contentTypeBytesMax) throw new Refusal("malformed-key");
    if (content.blobId !== null && !context.replacesContent) throw new Refusal("content-uploaded");
    const chunks = request.chunks(context.limits.contentBytesMax);
    const { blobId, size } = await context.blobs.store(chunks, nowSeconds(context.clock));
    const now = nowSeconds(context.clock);
    const upload = { contentId: content.id, blobId, type, size, now };
    const outcome = await context.contents.publish(upload, context.replacesContent);
    if (outcome === "published") return resetContent;
    await context.blobs.discard(blobId);
    throw new Refusal(outcome === "gone" ? "unknown-content" : "content-uploaded");
  },
});
