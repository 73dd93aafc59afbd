// A vendor's tokens, by ids of its choice (procedures 59 to 63). Only its CIK opens them: a token
// makes no tokens.

import { isCik } from "../protocol/paths.js";
import { unexpected, type Asked, type Transport } from "./transport.js";
import { procedures } from "../protocol/procedures.js";
import { checkName, placeOf } from "./place.js";

const meanings = {
  401: "only the vendor's CIK opens tokens, a token does not",
  404: "there is no token of this id",
  409: "there is a token of this id already",
};

/** The vendor's tokens. */
export class Tokens {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Procedure 59: their ids. */
  async list(): Promise<string[]> {
    const rows = await this.#transport.rows({
      action: "list tokens",
      ...placeOf(procedures.listTokens, {}),
      meanings,
    });
    return rows.map(([id = ""]) => id);
  }

  /**
   * Procedure 60: makes a token. @returns the token: a secret. Throws `conflict` if the id is
   * taken.
   */
  async create(id: string): Promise<string> {
    const asked = {
      action: `create token "${id}"`,
      ...placeOf(procedures.createToken, {}),
      meanings,
    };
    return checkToken(asked, await this.#transport.post(asked, [["id", checkName("token", id)]]));
  }

  /** Procedure 62: shows a token. @returns the token: a secret. Throws `not-found`. */
  async show(id: string): Promise<string> {
    const asked = {
      action: `show token "${id}"`,
      ...placeOf(procedures.showToken, { token: id }),
      meanings,
    };
    return checkToken(asked, await this.#transport.text(asked));
  }

  /** Procedure 63, or 61: it is worthless from now on. Throws `not-found`. */
  async delete(id: string): Promise<void> {
    await this.#transport.delete({
      action: `delete token "${id}"`,
      ...placeOf(procedures.deleteToken, { token: id }),
      inCollection: placeOf(procedures.deleteTokenEntry, {}),
      form: [["id", id]],
      meanings,
    });
  }
}

function checkToken(asked: Pick<Asked, "action">, text: string): string {
  const token = text.trimEnd();
  if (isCik(token)) return token;
  throw unexpected(asked, "something other than a token");
}
