// The serials of a model, and what becomes of each (procedures 33, 35 to 37, 39 to 41, 43 to 50).

import type { FormPair } from "../protocol/form.js";
import { parseDecimal } from "../protocol/decimal.js";
import { rowsBody } from "./body.js";
import { unexpected, type Asked, type Transport } from "./transport.js";
import type { Meanings } from "./client-error.js";
import { procedures } from "../protocol/procedures.js";
import { checkSerial, placeOf } from "./place.js";

/** A serial to be added. */
export interface NewSerial {
  /** Procedure 1 to 128 letters, digits, blanks and ._:~-. */
  readonly serial: string;
  /** Anything that the vendor wants to keep with it, at most 4,096 bytes; "" for nothing. */
  readonly extra: string;
}

/**
 * "": has no client; `notactivated`: its device may activate; `activated`; `expired`: its time to
 * activate has passed, or its CIK was disabled.
 */
export type SerialStatus = string;

/** What the service says of a serial. */
export interface SerialInfo {
  /** Of its client. */
  readonly status: SerialStatus;
  /** Of its client, 40 hexadecimal digits; "" if it has none. */
  readonly rid: string;
  /** What the vendor keeps with it. */
  readonly extra: string;
}

/** A serial as a list has it. */
export interface ListedSerial extends SerialInfo {
  /** The serial itself. */
  readonly serial: string;
}

/** A line of a serial's activation log. */
export interface Activation {
  /** Unix seconds, by the service's clock. */
  readonly timestampSeconds: number;
  /** The IP address that the device had. */
  readonly address: string;
  /** The body that the device sent. */
  readonly entry: string;
}

const meanings: Meanings = {
  404: "there is no such model, or no such serial",
  409: "the serial has a client already",
};

/** The serials of the vendor's models, and the devices behind them. */
export class Serials {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Procedure 33: the listed serials. `enabledBy`: only those that this vendor enabled through a
   * share.
   */
  async *list(
    model: string,
    { enabledBy }: { readonly enabledBy?: string } = {},
  ): AsyncGenerator<ListedSerial, void, void> {
    const query: FormPair[] = [["status", "true"]];
    if (enabledBy !== undefined) query.push(["shared", enabledBy]);
    const asked = {
      action: `list serials of model "${model}"`,
      ...placeOf(procedures.listSerials, { model }),
      query,
      meanings: { 404: "the vendor has no such model" },
    };
    for await (const [serial = "", status = "", rid = "", extra = ""] of this.#transport.pages(
      asked,
    )) {
      yield { serial, status, rid, extra };
    }
  }

  /** Procedure 35: adds a serial. Throws `conflict` if it exists. */
  async add(model: string, serial: string, extra = ""): Promise<void> {
    const form: FormPair[] = [["sn", checkSerial(serial)]];
    if (extra !== "") form.push(["extra", extra]);
    const asked = adding(procedures.addSerial, model, `serial "${serial}"`, "it exists already");
    await this.#transport.post(asked, form);
  }

  /** Procedure 36: adds serials. All or, with `conflict` if one of them exists, none. */
  async addAll(model: string, serials: readonly string[]): Promise<void> {
    if (serials.length === 0) return;
    const form = serials.map((serial): FormPair => ["sn[]", checkSerial(serial)]);
    const what = `${serials.length} serials`;
    const asked = adding(procedures.addSerials, model, what, "one exists already");
    await this.#transport.post(asked, form);
  }

  /** Procedure 37: adds serials as CSV. All or, with `conflict` if one of them exists, none. */
  async addRows(model: string, serials: readonly NewSerial[]): Promise<void> {
    if (serials.length === 0) return;
    const rows = serials.map(({ serial, extra }) => [checkSerial(serial), extra]);
    const what = `${serials.length} serials`;
    const asked = adding(procedures.addSerialRows, model, what, "one exists already");
    await this.#transport.text({ ...asked, body: rowsBody(rows) });
  }

  /** Procedure 41, or 40: removes serials. Those that are not there are ignored. */
  async remove(model: string, serials: readonly string[]): Promise<void> {
    if (serials.length === 0) return;
    await this.#transport.delete({
      action: `remove ${serials.length} serials from model "${model}"`,
      ...placeOf(procedures.removeSerialRows, { model }),
      body: rowsBody(serials.map((serial) => [checkSerial(serial)])),
      inCollection: placeOf(procedures.removeSerials, { model }),
      form: serials.map((serial) => ["sn[]", serial]),
      meanings,
    });
  }

  /**
   * Procedure 50, or 39: deletes a serial. Throws `not-found`, by 39 only if there is no such
   * model.
   */
  async delete(model: string, serial: string): Promise<void> {
    await this.#transport.delete({
      action: `delete serial "${serial}"`,
      ...placeOf(procedures.deleteSerial, { model, sn: serial }),
      inCollection: placeOf(procedures.removeSerial, { model }),
      form: [["sn", serial]],
      meanings,
    });
  }

  /**
   * Procedure 43: what is known of a serial. @returns undefined if it has no client. Throws
   * `conflict` if its client is gone.
   */
  async info(model: string, serial: string): Promise<SerialInfo | undefined> {
    const [row] = await this.#transport.rows({
      action: `look up serial "${serial}"`,
      ...placeOf(procedures.serialInfo, { model, sn: serial }),
      meanings: { ...meanings, 409: "its client is gone" },
    });
    if (row === undefined) return undefined;
    const [status = "", rid = "", extra = ""] = row;
    return { status, rid, extra };
  }

  /** Procedure 44: the groups that hold it directly. */
  async *groups(model: string, serial: string): AsyncGenerator<string, void, void> {
    const asked = {
      action: `list groups of serial "${serial}"`,
      ...placeOf(procedures.listSerialGroups, { model, sn: serial }),
      query: [["show", "groups"]] as const,
      meanings,
    };
    for await (const [group = ""] of this.#transport.pages(asked)) yield group;
  }

  /** Procedure 45: its activations, oldest first. */
  async log(model: string, serial: string): Promise<Activation[]> {
    const asked = {
      action: `show the log of serial "${serial}"`,
      ...placeOf(procedures.showLog, { model, sn: serial }),
      query: [["show", "log"]] as const,
      meanings,
    };
    return (await this.#transport.rows(asked)).map(([time = "", address = "", entry = ""]) => {
      const timestampSeconds = parseDecimal(time);
      if (timestampSeconds === undefined) throw unexpected(asked, "a time that is none");
      return { timestampSeconds, address, entry };
    });
  }

  /**
   * Procedure 46: makes its client, whose device may then activate once. @returns the client's RID
   */
  enable(model: string, serial: string, ownerRid: string): Promise<string> {
    const form = [
      ["enable", "true"],
      ["owner", ownerRid],
    ] as const;
    return this.#change(procedures.enableSerial, "enable", model, serial, form, {
      403: "the owner is not below the model's vendor, or the model is not shared",
      409: "it has a client already, or its owner may have no more",
    });
  }

  /** Procedure 47: gives it the client of `oldSerial`; its device may then activate once. */
  async remap(model: string, serial: string, oldSerial: string): Promise<void> {
    const form = [
      ["enable", "true"],
      ["oldsn", checkSerial(oldSerial)],
    ] as const;
    await this.#change(procedures.remapClient, "remap", model, serial, form, {
      412: "the old serial has no client",
    });
  }

  /** Procedure 48: kills its CIK; its device may activate once more. Throws `never-enabled`. */
  async regenerate(model: string, serial: string): Promise<void> {
    await this.#change(procedures.regenerateCik, "regenerate the key of", model, serial, [
      ["enable", "true"],
    ]);
  }

  /** Procedure 49: kills its CIK. Throws `never-enabled`. */
  async disable(model: string, serial: string): Promise<void> {
    await this.#change(procedures.disableCik, "disable", model, serial, [["disable", "true"]]);
  }

  #change(
    procedure: ChangingClient,
    verb: string,
    model: string,
    serial: string,
    form: readonly FormPair[],
    more: Meanings = {},
  ): Promise<string> {
    const action = `${verb} serial "${serial}"`;
    const asked = {
      action,
      ...placeOf(procedure, { model, sn: serial }),
      meanings: { ...meanings, ...more },
    };
    return this.#transport.post(asked, form);
  }
}

/** What may be done with the serials of another vendor's model, if that vendor shares it. */
export type SharedSerials = Pick<
  Serials,
  "list" | "info" | "log" | "enable" | "remap" | "regenerate" | "disable"
>;

type ChangingClient =
  | typeof procedures.enableSerial
  | typeof procedures.remapClient
  | typeof procedures.regenerateCik
  | typeof procedures.disableCik;

type AddingSerials =
  typeof procedures.addSerial | typeof procedures.addSerials | typeof procedures.addSerialRows;

function adding(procedure: AddingSerials, model: string, what: string, conflict: string): Asked {
  return {
    action: `add ${what} to model "${model}"`,
    ...placeOf(procedure, { model }),
    meanings: {
      400: "the service does not take a serial, or its extra text",
      404: "the vendor has no such model",
      409: conflict,
    },
  };
}
