// Procedure 47: a vendor moves the client of one serial to another, whose device activates anew.

import { accessModel, enabledClient } from "../../api/access.js";
import { nowSeconds } from "../../clock.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { resetContent } from "../../http/reply.js";
import { asSerial } from "../../http/request.js";

export const remapClient: Procedure = {
  number: 47,
  title: "remap client",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/model/:model/:sn",
  reachesShared: true,
  applies: ({ form }) => form.isTrue("enable") && form.has("oldsn"),
  async handle(context, request, vendor) {
    const access = await accessModel(context, request, vendor);
    const sn = request.serial(1);
    const oldSn = asSerial(request.form.need("oldsn"));
    const clientRid = await enabledClient(context, access, oldSn);
    const activableUntil = nowSeconds(context.clock) + context.activationWindowSeconds;
    const remapping = { modelId: access.modelId, oldSn, sn, clientRid, activableUntil };
    const outcome = await context.devices.remap(remapping);
    if (outcome !== "remapped") throw new Refusal(outcome);
    return resetContent;
  },
};
