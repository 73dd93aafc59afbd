// Which other vendors may enable serials of a model (procedures 51 to 55).

import type { Transport } from "./transport.js";
import { ClientError } from "./client-error.js";
import { procedures } from "../protocol/procedures.js";
import { checkName, placeOf } from "./place.js";

const meanings = {
  404: "there is no such model, no such vendor, or it is not shared",
  409: "a vendor does not share with itself",
};

/** The vendors with which the vendor shares models. */
export class Shares {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Procedure 51: the names of the vendors. */
  async list(model: string): Promise<string[]> {
    const action = `list shares of model "${model}"`;
    const rows = await this.#transport.rows({
      action,
      ...placeOf(procedures.listShares, { model }),
      meanings,
    });
    return rows.map(([vendor = ""]) => vendor);
  }

  /** Procedure 52: shares a model. Throws `not-found` if there is no such vendor. */
  async create(model: string, vendor: string): Promise<void> {
    const action = `share model "${model}" with "${vendor}"`;
    await this.#transport.post(
      { action, ...placeOf(procedures.createShare, { model }), meanings },
      [["vendor", checkName("vendor", vendor)]],
    );
  }

  /**
   * Procedure 54: whether the model is shared with `vendor`. No such model or vendor counts as no.
   */
  async has(model: string, vendor: string): Promise<boolean> {
    const action = `look up the share of "${vendor}"`;
    try {
      await this.#transport.text({
        action,
        ...placeOf(procedures.showShare, { model, vendor }),
        meanings,
      });
      return true;
    } catch (error) {
      if (error instanceof ClientError && error.status === 404) return false;
      throw error;
    }
  }

  /** Procedure 55, or 53: ends a share. Throws `not-found`. */
  async delete(model: string, vendor: string): Promise<void> {
    await this.#transport.delete({
      action: `end the share of "${vendor}"`,
      ...placeOf(procedures.deleteShare, { model, vendor }),
      inCollection: placeOf(procedures.deleteShareEntry, { model }),
      form: [["vendor", vendor]],
      meanings,
    });
  }
}
