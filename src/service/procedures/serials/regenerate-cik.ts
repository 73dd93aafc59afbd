// Procedure 48: a vendor gives the client of a serial a new CIK; its device activates once more.

import { nowSeconds } from "../../clock.js";
import { accessModel, enabledClient } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";

export const regenerateCik = procedure(procedures.regenerateCik, {
  reachesShared: true,
  applies: ({ form }) => form.isTrue("enable") && !form.has("owner") && !form.has("oldsn"),
  async handle(context, request, vendor) {
    const access = await accessModel(context, request, vendor);
    const rid = await enabledClient(context, access, request.serial("sn"));
    const activableUntil = nowSeconds(context.clock) + context.activationWindowSeconds;
    if (!(await context.devices.regenerate(rid, activableUntil))) throw new Refusal("client-gone");
    return resetContent;
  },
});
