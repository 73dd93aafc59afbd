// Procedure 43: the client of a serial and its status; 204 while there is none. Who sees the model
// through a share sees only the clients it made (S-20).

import { accessModel, requireSerial } from "../../api/access.js";
import { nowSeconds } from "../../clock.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply, noContent } from "../../http/reply.js";
import { statusText } from "../../stores/serial-views.js";

export const serialInfo = procedure(procedures.serialInfo, {
  reachesShared: true,
  applies: ({ query }) => !query.has("show"),
  async handle(context, request, vendor) {
    const { modelId, enabledBy, hidesExtra } = await accessModel(context, request, vendor);
    const sn = request.serial("sn");
    const view = await context.serialViews.find(modelId, sn);
    if (view === undefined) await requireSerial(context, { modelId, sn });
    if (view === undefined || view.clientRid === null) return noContent;
    if (enabledBy !== undefined && view.enabledBy !== enabledBy) return noContent;
    if (view.rid === null) throw new Refusal("client-gone");
    const status = statusText(view, nowSeconds(context.clock));
    return csvReply([[status, view.rid, hidesExtra ? "" : view.extra]]);
  },
});
