// Procedure 28: a vendor adds a model.

import type { Fields } from "../fields.js";
import { Refusal } from "../errors.js";
import { isIdentifier } from "../identifier.js";
import { modelOptions } from "../models.js";
import type { ModelOption, NewModel } from "../models.js";
import type { Procedure } from "../procedure.js";
import { resetContent } from "../reply.js";
import { asName } from "../request.js";

export const createModel: Procedure = {
  number: 28,
  title: "create model",
  caller: "vendor",
  method: "POST",
  path: "/provision/manage/model/",
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(api, { form }, vendor) {
    const name = asName(form.need("model"));
    const options = form.list("options").map(asOption);
    const model = { ownerRid: vendor.rid, name, options, ...template(form) };
    if (!(await api.models.create(model))) throw new Refusal("model-exists");
    return resetContent;
  },
};

/** S-19: one of `rid` and `code`, an opaque reference to what is cloned. */
function template(form: Fields): Pick<NewModel, "templateKind" | "template"> {
  const rid = form.get("rid");
  const code = form.get("code");
  if ((rid === undefined) === (code === undefined)) throw new Refusal("missing-key");
  const value = rid ?? code ?? "";
  if (!isIdentifier(value)) throw new Refusal("malformed-key");
  return { templateKind: rid === undefined ? "code" : "rid", template: value };
}

function asOption(text: string): ModelOption {
  const option = modelOptions.find((known) => known === text);
  if (option === undefined) throw new Refusal("malformed-key");
  return option;
}
