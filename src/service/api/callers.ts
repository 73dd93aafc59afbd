// How the caller of each kind of procedure is found.

import type { CallerKind } from "../../protocol/procedures.js";
import type { Request } from "../http/request.js";
import {
  asVendor,
  authoriseClient,
  authoriseClientByCik,
  authoriseDevice,
  namesOtherVendor,
} from "./authorisation.js";
import type { Context } from "./context.js";
import type { Callers } from "./procedure.js";

interface Gate<Caller> {
  /** The caller whose key the request carries, or refuses it with `unauthorised` or 403. */
  readonly admit: (context: Context, request: Request) => Promise<Caller>;
  /** Whether the request is for another's models: only some procedures reach those (S-20). */
  readonly isForeign?: (request: Request, caller: Caller) => boolean;
}

export const callers: { readonly [Kind in CallerKind]: Gate<Callers[Kind]> } = {
  anyone: { admit: () => Promise.resolve(undefined) },
  device: { admit: authoriseDevice },
  vendor: {
    admit: async (context, request) => asVendor(await authoriseClient(context, request)),
    isForeign: namesOtherVendor,
  },
  "vendor-cik": {
    admit: async (context, request) => asVendor(await authoriseClientByCik(context, request)),
  },
  client: { admit: authoriseClient },
  "client-cik": { admit: authoriseClientByCik },
};
