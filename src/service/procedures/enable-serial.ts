// Procedure 46: a vendor makes a client for a serial; its device may activate from now on.

import { csvContentType } from "../../protocol/paths.js";
import { nowSeconds } from "../api.js";
import { sharedModel } from "../authorisation.js";
import { Refusal } from "../errors.js";
import type { Procedure } from "../procedure.js";
import { textReply } from "../reply.js";

export const enableSerial: Procedure = {
  number: 46,
  title: "enable serial",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/model/:model/:sn",
  applies: ({ form }) => form.isTrue("enable") && form.has("owner") && !form.has("oldsn"),
  async handle(api, request, vendor) {
    const modelId = await sharedModel(api, request, vendor, request.name(0));
    const sn = request.serial(1);
    const ownerRid = request.form.need("owner");
    if (!(await api.clients.descends(api.database, ownerRid, vendor.rid))) {
      throw new Refusal("not-an-owner");
    }
    const now = nowSeconds(api.clock);
    const outcome = await api.devices.enable({
      modelId,
      sn,
      ownerRid,
      enabledBy: vendor.rid,
      now,
      activableUntil: now + api.activationWindowSeconds,
    });
    if (typeof outcome === "string") throw new Refusal(outcome);
    // CSV by its type, but one value without a line end: clients take the body as the RID (S-13).
    return { ...textReply(outcome.rid), contentType: csvContentType };
  },
};
