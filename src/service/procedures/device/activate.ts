// Procedure 64: a device asks for its CIK, and gets it once (S-25, S-29).

import { nowSeconds } from "../../clock.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { textReply } from "../../http/reply.js";

export const activate = procedure(procedures.activate, {
  async handle(context, request) {
    const outcome = await context.devices.activate({
      vendor: request.form.need("vendor"),
      model: request.form.need("model"),
      sn: request.form.need("sn"),
      now: nowSeconds(context.clock),
      address: request.address,
      entry: request.content,
    });
    if (typeof outcome === "string") throw new Refusal(outcome);
    return textReply(outcome.cik);
  },
});
