// The vendor name of the client that asks (procedures 56 to 58). Names are unique in a service.

import type { Transport } from "./transport.js";
import { procedures } from "../protocol/procedures.js";
import { checkName, placeOf } from "./place.js";

/** The vendor name of the client whose key it is. */
export class Registration {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Procedure 56: the vendor name. @returns undefined if the client has no name. */
  async name(): Promise<string | undefined> {
    const asked = { action: "look up the vendor's name", ...placeOf(procedures.vendorName, {}) };
    const name = (await this.#transport.text(asked)).trimEnd();
    return name === "" ? undefined : name;
  }

  /**
   * Procedure 57: takes a vendor name. Throws `conflict` if another has it, or the client has
   * another name.
   */
  async register(vendor: string): Promise<void> {
    const action = `register the vendor name "${vendor}"`;
    const meanings = {
      403: "a device cannot be a vendor",
      409: "it is another's, or the client has another name",
    };
    await this.#transport.post({ action, ...placeOf(procedures.registerVendor, {}), meanings }, [
      ["vendor", checkName("vendor", vendor)],
    ]);
  }

  /** Procedure 58: others may take it. Throws `not-found` if the client does not have it. */
  async unregister(vendor: string): Promise<void> {
    const action = `give up the vendor name "${vendor}"`;
    const meanings = { 404: "it is not the client's" };
    await this.#transport.post({ action, ...placeOf(procedures.unregisterVendor, {}), meanings }, [
      ["delete", "true"],
      ["vendor", checkName("vendor", vendor)],
    ]);
  }
}
