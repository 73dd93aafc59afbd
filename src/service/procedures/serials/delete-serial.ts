// Procedure 50: a vendor deletes a serial and its client: the key is dead (S-34). One that is also
// in a range stays in the range.

import { ownModel, requireSerial } from "../../api/access.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";

export const deleteSerial = procedure(procedures.deleteSerial, {
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const sn = request.serial("sn");
    await requireSerial(context, { modelId, sn });
    await context.serials.remove(modelId, [sn]);
    return resetContent;
  },
});
