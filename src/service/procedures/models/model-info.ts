// Procedure 30: a model's template and options, as the form that would make it. Every option is
// printed as `options[]`: clients read nothing else (S-52).

import { encodeForm, type FormPair } from "../../../protocol/form.js";
import { formContentType } from "../../../protocol/paths.js";
import { ownModel } from "../../api/access.js";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { textReply } from "../../http/reply.js";

export const modelInfo = procedure(procedures.modelInfo, {
  async handle(context, request, vendor) {
    const modelId = await ownModel(context, vendor, request.name("model"), "unknown-model");
    const info = await context.models.info(modelId);
    if (info === undefined) throw new Refusal("unknown-model");
    const options = info.options.map((option): FormPair => ["options[]", option]);
    const text = encodeForm([[info.templateKind, info.template], ...options]);
    return { ...textReply(text), contentType: formContentType };
  },
});
