// Procedure 46: a vendor makes a client for a serial; its device may activate from now on.

import { csvContentType } from "../../../protocol/content-types.js";
import { nowSeconds } from "../../clock.js";
import { accessModel } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { textReply } from "../../http/reply.js";

export const enableSerial = procedure(procedures.enableSerial, {
  reachesShared: true,
  applies: ({ form }) => form.isTrue("enable") && form.has("owner") && !form.has("oldsn"),
  async handle(context, request, vendor) {
    const { modelId, creatorRid } = await accessModel(context, request, vendor);
    const sn = request.serial("sn");
    const ownerRid = request.form.need("owner");
    // S-18: also who enables through a share leaves the client with the model's creator.
    const isBelow = await context.clientTree.holds(ownerRid, creatorRid);
    if (!isBelow) throw new Refusal("not-an-owner");
    const now = nowSeconds(context.clock);
    const outcome = await context.devices.enable({
      modelId,
      sn,
      ownerRid,
      enabledBy: vendor.rid,
      now,
      activableUntil: now + context.activationWindowSeconds,
    });
    if (typeof outcome === "string") throw new Refusal(outcome);
    // CSV by its type, but one value without a line end: clients take the body as the RID (S-13).
    return { ...textReply(outcome.rid), contentType: csvContentType };
  },
});
