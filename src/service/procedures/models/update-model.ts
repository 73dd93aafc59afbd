// Procedure 31: a vendor replaces a model's options, and its template if one is sent. Some clients
// lose the body of a PUT: an empty one changes nothing (S-52).

import { ownModel } from "../../api/access.js";
import { optionsOf, templateOf } from "../../api/model-form.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { resetContent } from "../../http/reply.js";

export const updateModel = procedure(procedures.updateModel, {
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const { form, content } = request;
    const options = optionsOf(form);
    const template = templateOf(form);
    if (content.length > 0) await context.models.update(modelId, options, template);
    return resetContent;
  },
});
