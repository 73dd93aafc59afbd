// Procedure 48: a vendor gives the client of a serial a new CIK; its device activates once more.

import { nowSeconds } from "../../clock.js";
import { accessModel, enabledClient } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { resetContent } from "../../http/reply.js";

export const regenerateCik: Procedure = {
  number: 48,
  title: "regenerate CIK",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/model/:model/:sn",
  reachesShared: true,
  applies: ({ form }) => form.isTrue("enable") && !form.has("owner") && !form.has("oldsn"),
  async handle(context, request, vendor) {
    const access = await accessModel(context, request, vendor);
    const rid = await enabledClient(context, access, request.serial(1));
    const activableUntil = nowSeconds(context.clock) + context.activationWindowSeconds;
    if (!(await context.devices.regenerate(rid, activableUntil))) throw new Refusal("client-gone");
    return resetContent;
  },
};
