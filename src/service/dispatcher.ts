// From a request to its reply: path, method, caller, body, procedure, in this order. A body is
// read only for a caller that has been authorised, and only as far as that caller may fill memory.

import type { Api } from "./api.js";
import { authoriseDevice, authoriseVendor } from "./authorisation.js";
import type { Device, Vendor } from "./authorisation.js";
import { Refusal } from "./errors.js";
import type { RefusalCode } from "./errors.js";
import type { Procedure } from "./procedure.js";
import { refusalReply } from "./reply.js";
import type { Reply } from "./reply.js";
import type { Request } from "./request.js";
import type { Router } from "./router.js";

export interface Outcome {
  readonly reply: Reply;
  /** The procedure that answered; undefined if the request never got to one. */
  readonly procedure?: Procedure;
  /** Why the request was refused; undefined if it was not, or if the procedure says it itself. */
  readonly code?: RefusalCode;
}

export class Dispatcher {
  constructor(
    private readonly api: Api,
    private readonly router: Router,
    /** Told of errors that are no refusals; the peer sees a 500. */
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Never rejects. */
  async dispatch(request: Request): Promise<Outcome> {
    let procedure: Procedure | undefined;
    try {
      if (request.lacksHost) throw new Refusal("malformed-request");
      const match = this.router.match(request.path);
      if (match === undefined) throw new Refusal("unknown-path");
      const { byMethod, caller } = match.route;
      const siblings = byMethod.get(request.method);
      if (siblings === undefined) {
        const code = "unlisted-method";
        return { reply: refusalReply(code, { allow: [...byMethod.keys()] }), code };
      }
      request.names = match.names;
      const device = caller === "device" ? await authoriseDevice(this.api, request) : undefined;
      const vendor = caller === "vendor" ? await authoriseVendor(this.api, request) : undefined;
      await this.#readBody(request, siblings);
      procedure = siblings.find(({ applies }) => applies === undefined || applies(request));
      if (procedure === undefined) throw new Refusal("unknown-keys");
      return { reply: await this.#call(procedure, request, device, vendor), procedure };
    } catch (error) {
      if (!(error instanceof Refusal)) this.onError(error);
      const code = error instanceof Refusal ? error.code : "internal";
      return { reply: refusalReply(code), code, ...(procedure !== undefined && { procedure }) };
    }
  }

  /** A GET's body is not looked at (S-05); node:http discards what nobody reads. */
  async #readBody(request: Request, siblings: readonly Procedure[]): Promise<void> {
    if (request.method === "GET" || siblings.some(({ streams }) => streams === true)) return;
    const { activationBytesMax, tableBytesMax, bodyTimeMs } = this.api.limits;
    const isKnown = siblings.every(({ caller }) => caller !== "anyone");
    const byteLengthMax = isKnown ? tableBytesMax : activationBytesMax;
    request.content = await request.body.bytes(byteLengthMax, bodyTimeMs);
  }

  #call(
    procedure: Procedure,
    request: Request,
    device: Device | undefined,
    vendor: Vendor | undefined,
  ): Promise<Reply> {
    switch (procedure.caller) {
      case "anyone":
        return procedure.handle(this.api, request);
      case "device":
        if (device === undefined) throw new Error("a device's procedure without a device");
        return procedure.handle(this.api, request, device);
      case "vendor":
        if (vendor === undefined) throw new Error("a vendor's procedure without a vendor");
        return procedure.handle(this.api, request, vendor);
    }
  }
}
