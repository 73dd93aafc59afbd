// A vendor's client of the management API: one property for each noun. Methods are procedures and
// cite their numbers; where the API has two procedures for one thing, one method stands for both.
//
//     const client = new VendorClient({ server: "http://127.0.0.1:8080", token });
//     for await (const { serial, status } of client.serials.list("lamp")) ...

import { Transport, type ClientOptions } from "./transport.js";
import { Contents } from "./contents.js";
import { Groups } from "./groups.js";
import { checkName } from "./place.js";
import { Models } from "./models.js";
import { Ranges } from "./ranges.js";
import { Registration } from "./registration.js";
import { Serials, type SharedSerials } from "./serials.js";
import { Shares } from "./shares.js";
import { Tokens } from "./tokens.js";

/** A vendor's client of the management API, over fetch. Every method throws ClientError. */
export class VendorClient {
  /** The vendor's models. */
  readonly models: Models;
  /** The serials of its models, and the devices behind them. */
  readonly serials: Serials;
  /** Serials by rule instead of by list. */
  readonly ranges: Ranges;
  /** What devices may download. */
  readonly contents: Contents;
  /** Who may read protected contents. */
  readonly groups: Groups;
  /** The vendors that may enable serials of its models. */
  readonly shares: Shares;
  /** Its tokens; only its CIK opens them. */
  readonly tokens: Tokens;
  /** Its name. */
  readonly registration: Registration;
  readonly #transport: Transport;

  /** Throws ClientError `invalid` if the key cannot be one. */
  constructor(options: ClientOptions) {
    const transport = new Transport(options);
    this.#transport = transport;
    this.models = new Models(transport);
    this.serials = new Serials(transport);
    this.ranges = new Ranges(transport);
    this.contents = new Contents(transport);
    this.groups = new Groups(transport);
    this.shares = new Shares(transport);
    this.tokens = new Tokens(transport);
    this.registration = new Registration(transport);
  }

  /** The serials of models that `vendor` shares with this one (X-Exosite-Vendor). */
  serialsSharedBy(vendor: string): SharedSerials {
    return new Serials(this.#transport.sharedBy(checkName("vendor", vendor)));
  }
}
