// Procedure 28: a vendor adds a model.

import { Refusal } from "../../errors.js";
import { optionsOf, templateOf } from "../../api/model-form.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";
import { asName } from "../../api/texts.js";

export const createModel = procedure(procedures.createModel, {
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, { form }, vendor) {
    const name = asName(form.need("model"));
    const options = optionsOf(form);
    const template = templateOf(form);
    if (template === undefined) throw new Refusal("missing-key");
    const model = { ownerRid: vendor.rid, name, options, ...template };
    if (!(await context.models.create(model))) throw new Refusal("model-exists");
    return resetContent;
  },
});
