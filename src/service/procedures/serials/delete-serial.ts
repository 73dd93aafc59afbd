// Procedure 50: a vendor deletes a serial; its client keeps its RID, but is no device of the model
// any more (S-34). One that is also in a range stays in the range.

import { ownModel, requireSerial } from "../../api/access.js";
import type { Procedure } from "../../api/procedure.js";
import { resetContent } from "../../http/reply.js";

export const deleteSerial: Procedure = {
  number: 50,
  title: "delete serial",
  caller: "vendor",
  method: "DELETE",
  path: "/provision/manage/model/:model/:sn",
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
    const sn = request.serial(1);
    await requireSerial(context, { modelId, sn });
    await context.serials.remove(modelId, [sn]);
    return resetContent;
  },
};
