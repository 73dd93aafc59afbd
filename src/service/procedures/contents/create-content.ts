// Procedure 3: a vendor creates a content, without bytes yet.

import { nowSeconds } from "../../clock.js";
import { ownModel } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";
import { asName, metaOf } from "../../api/texts.js";

export const createContent = procedure(procedures.createContent, {
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, request, vendor) {
    const { form } = request;
    const modelId = await ownModel(context, vendor, request.name("model"), "invalid-model");
    const name = asName(form.need("id"));
    const meta = metaOf(form);
    const now = nowSeconds(context.clock);
    const content = { modelId, name, meta, protected: form.isTrue("protected"), now };
    if (!(await context.contents.create(content))) throw new Refusal("content-exists");
    return resetContent;
  },
});
