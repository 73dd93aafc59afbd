// Procedure 13: a vendor creates a group, with nothing in it.

import { ownModel } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";
import { asName, metaOf } from "../../api/texts.js";

export const createGroup = procedure(procedures.createGroup, {
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const group = { name: asName(request.form.need("id")), meta: metaOf(request.form) };
    if (!(await context.groups.create(modelId, group))) throw new Refusal("group-exists");
    return resetContent;
  },
});
