// Procedure 49: a vendor kills the CIK of a serial's client until it is regenerated.

import { accessModel, enabledClient } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";

export const disableCik = procedure(procedures.disableCik, {
  reachesShared: true,
  applies: ({ form }) => form.isTrue("disable"),
  async handle(context, request, vendor) {
    const access = await accessModel(context, request, vendor);
    const rid = await enabledClient(context, access, request.serial("sn"));
    if (!(await context.devices.disable(rid))) throw new Refusal("client-gone");
    return resetContent;
  },
});
