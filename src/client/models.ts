// A vendor's models (procedures 26 to 32).

import { decodeForm, formValue, formValues, type FormPair } from "../protocol/form.js";
import { formBody } from "./body.js";
import { unexpected, type Transport } from "./transport.js";
import { procedures } from "../protocol/procedures.js";
import { checkName, placeOf } from "./place.js";

/** What the clients of a model's devices are made from: a client's RID, or a share code. */
export type Template =
  | {
      /** Of the client to copy, 40 hexadecimal digits; a vendor's own will do. */
      readonly rid: string;
    }
  | {
      /** A share code, 40 hexadecimal digits. */
      readonly code: string;
    };

/** What a device's client leaves out of its template. */
export const modelOptions = ["noaliases", "nocomments", "nohistorical"] as const;
/** One of `modelOptions`. */
export type ModelOption = (typeof modelOptions)[number];

/** What the service says of a model. */
export interface ModelInfo {
  /** What the clients of its devices are made from. */
  readonly template: Template;
  /** What they leave out of it. */
  readonly options: readonly string[];
}

/** A model of another vendor. */
export interface SharedModel {
  /** Who shares it. */
  readonly vendor: string;
  /** Its name there. */
  readonly model: string;
}

/** What a model is to have from now on. */
export interface ModelChange {
  /** Left as it is if absent. */
  readonly template?: Template;
  /** All of them: those absent are taken away. */
  readonly options: readonly ModelOption[];
}

/** The vendor's models. */
export class Models {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Procedure 26: the names of the vendor's own models. */
  async list(): Promise<string[]> {
    const rows = await this.#transport.rows({
      action: "list models",
      ...placeOf(procedures.listModels, {}),
    });
    return rows.map(([model = ""]) => model);
  }

  /** Procedure 27: the models that other vendors share with this one. */
  async listShared(): Promise<SharedModel[]> {
    const query = [["show", "shared"]] as const;
    const asked = {
      action: "list shared models",
      ...placeOf(procedures.listSharedModels, {}),
      query,
    };
    return (await this.#transport.rows(asked)).map(([vendor = "", model = ""]) => ({
      vendor,
      model,
    }));
  }

  /** Procedure 28: makes a model. Throws `conflict` if it exists. */
  async create(
    model: string,
    template: Template,
    options: readonly ModelOption[] = [],
  ): Promise<void> {
    const meanings = { 400: "the service does not take its template", 409: "it exists already" };
    await this.#transport.post(
      { action: `create model "${model}"`, ...placeOf(procedures.createModel, {}), meanings },
      [["model", checkName("model", model)], ...templateForm(template), ...optionsForm(options)],
    );
  }

  /** Procedure 30: what is known of a model. Throws `not-found`. */
  async info(model: string): Promise<ModelInfo> {
    const asked = {
      action: `look up model "${model}"`,
      ...placeOf(procedures.modelInfo, { model }),
      meanings,
    };
    const form = decodeForm(await this.#transport.text(asked));
    const rid = formValue(form, "rid");
    const code = formValue(form, "code");
    const options = formValues(form, "options");
    if (rid !== undefined) return { template: { rid }, options };
    if (code !== undefined) return { template: { code }, options };
    throw unexpected(asked, "neither a rid nor a code");
  }

  /** Procedure 31: changes a model. Throws `not-found`. */
  async update(model: string, { template, options }: ModelChange): Promise<void> {
    // An empty form would change nothing, so without options the template is said again.
    const said = options.length > 0 ? template : (template ?? (await this.info(model)).template);
    const form = [...(said ? templateForm(said) : []), ...optionsForm(options)];
    await this.#transport.text({
      action: `update model "${model}"`,
      ...placeOf(procedures.updateModel, { model }),
      body: formBody(form),
      meanings,
    });
  }

  /**
   * Procedure 32, or 29: deletes a model with its serials, contents, groups and shares. Throws
   * `not-found`.
   */
  async delete(model: string): Promise<void> {
    await this.#transport.delete({
      action: `delete model "${model}"`,
      ...placeOf(procedures.deleteModel, { model }),
      inCollection: placeOf(procedures.deleteModelEntry, {}),
      form: [["model", model]],
      meanings,
    });
  }
}

const meanings = { 404: "the vendor has no such model" };

function templateForm(template: Template): FormPair[] {
  return "rid" in template ? [["rid", template.rid]] : [["code", template.code]];
}

function optionsForm(options: readonly ModelOption[]): FormPair[] {
  return options.map((option) => ["options[]", option]);
}
