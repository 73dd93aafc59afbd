// Procedure 33: the listed serials of a model, with their clients. `shared` keeps those that a
// vendor enabled through a share (S-21).

import { accessModel, type ModelAccess } from "../../api/access.js";
import type { Context } from "../../api/context.js";
import { nowSeconds } from "../../clock.js";
import { pageOf } from "../../http/page.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply } from "../../http/reply.js";
import { statusText } from "../../stores/serial-views.js";

export const listSerials = procedure(procedures.listSerials, {
  reachesShared: true,
  applies: ({ query }) => !query.has("show"),
  async handle(context, request, vendor) {
    const access = await accessModel(context, request, vendor);
    const { query } = request;
    const sharer = query.get("shared");
    const filter = sharer === undefined ? access : await filterOfShare(context, access, sharer);
    const views = filter && (await context.serialViews.list(filter, pageOf(query)));
    const now = nowSeconds(context.clock);
    const rows = (views ?? []).map((view) => [
      view.sn,
      ...(query.isTrue("status") ? [statusText(view, now)] : []),
      view.rid ?? "",
      access.hidesExtra ? "" : view.extra,
    ]);
    return csvReply(rows);
  },
});

/** Undefined if nothing can match: an unknown vendor, the creator, or another than may be seen. */
async function filterOfShare(
  context: Context,
  { modelId, creatorRid, enabledBy }: ModelAccess,
  sharer: string,
): Promise<Pick<ModelAccess, "modelId" | "enabledBy"> | undefined> {
  const sharerRid = await context.vendors.findClient(sharer);
  if (sharerRid === undefined || sharerRid === creatorRid) return undefined;
  if (enabledBy !== undefined && enabledBy !== sharerRid) return undefined;
  return { modelId, enabledBy: sharerRid };
}
