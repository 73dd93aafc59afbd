// Procedures 35, 36 and 37: a vendor adds serials to a model, one, several, or as CSV with the
// extra text of each; all or none (S-33).

import { RowError, RowReader } from "../../protocol/csv.js";
import { metaBytesMax, serialBytesMax } from "../../protocol/limits.js";
import type { Api } from "../api.js";
import { ownModel } from "../authorisation.js";
import type { Vendor } from "../authorisation.js";
import { Refusal } from "../errors.js";
import type { Procedure } from "../procedure.js";
import { resetContent } from "../reply.js";
import type { Reply } from "../reply.js";
import { asSerial, asText } from "../request.js";
import type { Request } from "../request.js";
import type { NewSerial } from "../serials.js";

const path = "/provision/manage/model/:model/";

function isForm(request: Request): boolean {
  if (isCsv(request) || request.hasType("application/javascript", "application/json")) return false;
  // Clients that remove say `remove=true` (S-11).
  return !request.form.isTrue("delete") && !request.form.isTrue("remove");
}

function isCsv(request: Request): boolean {
  return request.hasType("text/csv");
}

export const addSerial: Procedure = {
  number: 35,
  title: "add serial",
  caller: "vendor",
  method: "POST",
  path,
  applies: (request) => isForm(request) && request.form.list("sn").length === 1,
  handle(api, request, vendor) {
    const extra = request.form.get("extra") ?? "";
    return add(api, request, vendor, [{ sn: request.form.need("sn"), extra }]);
  },
};

export const addSerials: Procedure = {
  number: 36,
  title: "add serials",
  caller: "vendor",
  method: "POST",
  path,
  applies: (request) => isForm(request) && request.form.list("sn").length > 1,
  handle(api, request, vendor) {
    const serials = request.form.list("sn").map((sn) => ({ sn, extra: "" }));
    return add(api, request, vendor, serials);
  },
};

export const addSerialRows: Procedure = {
  number: 37,
  title: "add serials as CSV",
  caller: "vendor",
  method: "POST",
  path,
  applies: isCsv,
  handle(api, request, vendor) {
    return add(api, request, vendor, readRows(request.content));
  },
};

/** One or two columns; blank lines do not count (S-33). */
function readRows(bytes: Uint8Array): NewSerial[] {
  const reader = new RowReader({ badRow: "throw", rowBytesMax: serialBytesMax + metaBytesMax });
  const serials: NewSerial[] = [];
  try {
    reader.receive(bytes);
    reader.receiveEnd();
    for (let row = reader.next(); row !== undefined; row = reader.next()) {
      const [sn = "", extra = ""] = row;
      serials.push({ sn, extra });
    }
  } catch (error) {
    if (error instanceof RowError) throw new Refusal("malformed-rows");
    throw error;
  }
  return serials;
}

async function add(
  api: Api,
  request: Request,
  vendor: Vendor,
  serials: readonly NewSerial[],
): Promise<Reply> {
  const modelId = await ownModel(api, vendor, request.name(0), "unknown-model");
  for (const { sn, extra } of serials) {
    asSerial(sn);
    asText(extra, metaBytesMax);
  }
  if (!(await api.serials.add(modelId, serials))) throw new Refusal("serial-exists");
  return resetContent;
}
