// Procedures 56, 57 and 58: the vendor name of a client: what it is, taking one, giving it back
// (S-17). Models stay with the client.

import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { noContent, resetContent, textReply } from "../../http/reply.js";
import { asName } from "../../api/texts.js";

export const vendorName = procedure(procedures.vendorName, {
  handle(_context, _request, { vendor }) {
    return Promise.resolve(vendor === null ? noContent : textReply(vendor));
  },
});

export const registerVendor = procedure(procedures.registerVendor, {
  applies: ({ form }) => !form.isTrue("delete"),
  async handle(context, { form }, client) {
    const name = asName(form.need("vendor"));
    // Anybody who holds a device holds its CIK: names are not for devices to take.
    if (client.activableUntil !== null) throw new Refusal("a-device");
    const isOwn = name === client.vendor;
    if (!isOwn && !(await context.vendors.register(context.database, name, client.rid))) {
      throw new Refusal("vendor-taken");
    }
    return resetContent;
  },
});

export const unregisterVendor = procedure(procedures.unregisterVendor, {
  applies: ({ form }) => form.isTrue("delete"),
  async handle(context, { form }, { rid }) {
    const isHeld = await context.vendors.unregister(asName(form.need("vendor")), rid);
    if (!isHeld) throw new Refusal("unknown-vendor");
    return resetContent;
  },
});
