// The callers of each kind of procedure: how they are found, and what they may make the service do.

import type { CallerKind } from "../../protocol/procedures.js";
import type { Holder } from "../http/memory-budget.js";
import type { Request } from "../http/request.js";
import type { ServiceLimits } from "../limits.js";
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
  /** Who holds the memory of the request and of its reply. */
  readonly holder: (caller: Caller, request: Request) => Holder;
  /** The largest body that is gathered for it. */
  readonly bodyBytesMax: (limits: ServiceLimits, request: Request) => number;
  /** Whether the request is for another's models: only some procedures reach those (S-20). */
  readonly isForeign?: (request: Request, caller: Caller) => boolean;
}

const holderOfVendor = ({ rid }: Callers["vendor"]): Holder => ({ name: rid, isDevice: false });
const holderOfClient = ({ rid }: Callers["client"]): Holder => ({ name: rid, isDevice: true });
const deviceBodyBytesMax = (limits: ServiceLimits): number => limits.deviceBodyBytesMax;

export const callers: { readonly [Kind in CallerKind]: Gate<Callers[Kind]> } = {
  anyone: {
    admit: () => Promise.resolve(undefined),
    holder: (_caller, { address }) => ({ name: address, isDevice: false }),
    bodyBytesMax: ({ activationBytesMax }) => activationBytesMax,
  },
  device: {
    admit: authoriseDevice,
    holder: ({ rid }) => ({ name: rid, isDevice: true }),
    bodyBytesMax: deviceBodyBytesMax,
  },
  vendor: {
    admit: async (context, request) => asVendor(await authoriseClient(context, request)),
    holder: holderOfVendor,
    bodyBytesMax: tableBytesMax,
    isForeign: namesOtherVendor,
  },
  "vendor-cik": {
    admit: async (context, request) => asVendor(await authoriseClientByCik(context, request)),
    holder: holderOfVendor,
    bodyBytesMax: deviceBodyBytesMax,
  },
  client: {
    admit: authoriseClient,
    holder: holderOfClient,
    bodyBytesMax: deviceBodyBytesMax,
  },
  "client-cik": {
    admit: authoriseClientByCik,
    holder: holderOfClient,
    bodyBytesMax: deviceBodyBytesMax,
  },
};

/** Rows are read in parts; a form and JSON are read at once, which must not take long. */
function tableBytesMax(limits: ServiceLimits, { bodyKind, method }: Request): number {
  switch (bodyKind) {
    case "rows":
      return limits.tableBytesMax;
    case "json":
      return limits.jsonBytesMax;
    case "form":
      // Some clients name no type in a DELETE (S-06), whose body is never a form.
      return method === "DELETE" ? limits.tableBytesMax : limits.formBytesMax;
  }
}
