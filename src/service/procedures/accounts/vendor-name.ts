// Procedures 56, 57 and 58: the vendor name of a client: what it is, taking one, giving it back
// (S-17). Models stay with the client.

import { Refusal } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { noContent, resetContent, textReply } from "../../http/reply.js";
import { asName } from "../../http/request.js";

const path = "/provision/register";

export const vendorName: Procedure = {
  number: 56,
  title: "show vendor name",
  caller: "client",
  method: "GET",
  path,
  handle(_context, _request, { vendor }) {
    return Promise.resolve(vendor === null ? noContent : textReply(vendor));
  },
};

export const registerVendor: Procedure = {
  number: 57,
  title: "register vendor name",
  caller: "client",
  method: "POST",
  path,
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
};

export const unregisterVendor: Procedure = {
  number: 58,
  title: "unregister vendor name",
  caller: "client",
  method: "POST",
  path,
  applies: ({ form }) => form.isTrue("delete"),
  async handle(context, { form }, { rid }) {
    const isHeld = await context.vendors.unregister(asName(form.need("vendor")), rid);
    if (!isHeld) throw new Refusal("unknown-vendor");
    return resetContent;
  },
};
