// Procedure 49: a vendor kills the CIK of a serial's client until it is regenerated.

import { enabledClient } from "../authorisation.js";
import { Refusal } from "../errors.js";
import type { Procedure } from "../procedure.js";
import { resetContent } from "../reply.js";

export const disableCik: Procedure = {
  number: 49,
  title: "disable CIK",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/model/:model/:sn",
  applies: ({ form }) => form.isTrue("disable"),
  async handle(api, request, vendor) {
    const rid = await enabledClient(api, request, vendor);
    if (!(await api.devices.disable(rid))) throw new Refusal("client-gone");
    return resetContent;
  },
};
