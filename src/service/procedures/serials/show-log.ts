// Procedure 45: the activations of a serial, oldest first; the entry is the body as it was posted,
// byte for byte (S-35).

import { formatRow } from "../../../protocol/csv.js";
import { csvContentType } from "../../../protocol/content-types.js";
import { accessModel, requireSerial } from "../../api/access.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { noContent } from "../../http/reply.js";
import type { Serial } from "../../stores/serials.js";

export const showLog = procedure(procedures.showLog, {
  reachesShared: true,
  applies: ({ query }) => query.get("show") === "log",
  async handle(context, request, vendor) {
    const { modelId, enabledBy } = await accessModel(context, request, vendor);
    const sn = request.serial("sn");
    const serial = await context.serials.find(context.database, modelId, sn);
    if (serial === undefined) await requireSerial(context, { modelId, sn });
    if (serial === undefined || !isVisible(serial, enabledBy)) return noContent;
    // What a device wrote before the caller enabled it is not the caller's to see.
    const after = enabledBy === undefined ? 0 : (serial.logAfter ?? 0);
    const lines = await context.activations.list(serial.id, after);
    if (lines.length === 0) return noContent;
    // Latin-1 stands for bytes here: commas and quotes are found, and nothing is re-coded.
    const rows = lines.map(({ at, address, entry }) =>
      formatRow([String(at), address, entry.toString("latin1")]),
    );
    return { status: 200, contentType: csvContentType, body: Buffer.from(rows.join(""), "latin1") };
  },
});

/** Through a share only the serials that the caller enabled are seen (S-20). */
function isVisible(serial: Serial, enabledBy: string | undefined): boolean {
  if (enabledBy === undefined) return true;
  return serial.clientRid !== null && serial.enabledBy === enabledBy;
}
