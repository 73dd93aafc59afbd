// The keys of a form that describe a model (procedures 28 and 31).

import { Refusal } from "../errors.js";
import type { Fields } from "../http/fields.js";
import { isIdentifier } from "../stores/identifier.js";
import { type ModelOption, modelOptions, type Template } from "../stores/models.js";

/** S-19: one of `rid` and `code`, or undefined if there is neither. */
export function templateOf(form: Fields): Template | undefined {
  const rid = form.get("rid");
  const code = form.get("code");
  const template = rid ?? code;
  if (template === undefined) return undefined;
  if (rid !== undefined && code !== undefined) throw new Refusal("malformed-key");
  if (!isIdentifier(template)) throw new Refusal("malformed-key");
  return { templateKind: rid === undefined ? "code" : "rid", template };
}

export function optionsOf(form: Fields): ModelOption[] {
  return form.list("options").map((text) => {
    const option = modelOptions.find((known) => known === text);
    if (option === undefined) throw new Refusal("malformed-key");
    return option;
  });
}
