// Procedure 47: a vendor moves the client of one serial to another, whose device activates anew.

import { accessModel, enabledClient } from "../../api/access.js";
import { nowSeconds } from "../../clock.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";
import { asSerial } from "../../api/texts.js";

export const remapClient = procedure(procedures.remapClient, {
  reachesShared: true,
  applies: ({ form }) => form.isTrue("enable") && form.has("oldsn"),
  async handle(context, request, vendor) {
    const access = await accessModel(context, request, vendor);
    const sn = request.serial("sn");
    const oldSn = asSerial(request.form.need("oldsn"));
    const clientRid = await enabledClient(context, access, oldSn);
    const activableUntil = nowSeconds(context.clock) + context.activationWindowSeconds;
    const remapping = { modelId: access.modelId, oldSn, sn, clientRid, activableUntil };
    const outcome = await context.devices.remap(remapping);
    if (outcome !== "remapped") throw new Refusal(outcome);
    return resetContent;
  },
});
