// Procedure 13: a vendor creates a group, with nothing in it.

import { ownModel } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { resetContent } from "../../http/reply.js";
import { asName, metaOf } from "../../http/request.js";

export const createGroup: Procedure = {
  number: 13,
  title: "create group",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/group/:model/",
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name(0), "unknown-model");
    const group = { name: asName(request.form.need("id")), meta: metaOf(request.form) };
    if (!(await context.groups.create(modelId, group))) throw new Refusal("group-exists");
    return resetContent;
  },
};
