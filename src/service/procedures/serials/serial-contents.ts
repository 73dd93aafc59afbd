// Procedures 2, 7 and 8: what a serial may read, for its vendor: the list, and of one content what
// there is to know and the bytes. Each refuses what it lists for it (S-22, S-24, S-49).

import {
  ownModel,
  readableContent,
  readableNames,
  type Reader,
  requireSerial,
} from "../../api/access.js";
import type { Context } from "../../api/context.js";
import type { Vendor } from "../../api/authorisation.js";
import { contentReply, infoRow } from "../../api/content-reply.js";
import type { RefusalCode } from "../../errors.js";
import type { Procedure } from "../../api/procedure.js";
import { csvReply } from "../../http/reply.js";
import { asSerial, type Request } from "../../http/request.js";

const contentPath = "/provision/manage/content/:model/:content";

export const listSerialContents: Procedure = {
  number: 2,
  title: "list contents of serial",
  caller: "vendor",
  method: "GET",
  path: "/provision/manage/content/:model/",
  applies: ({ query }) => query.has("sn"),
  async handle(context, request, vendor) {
    const reader = await readerOf(context, request, vendor, "invalid-model");
    return csvReply((await readableNames(context, reader)).map((name) => [name]));
  },
};

export const serialContentInfo: Procedure = {
  number: 7,
  title: "content info for serial",
  caller: "vendor",
  method: "GET",
  path: contentPath,
  applies: ({ query }) => query.has("sn") && !query.isTrue("download") && !query.has("show"),
  async handle(context, request, vendor) {
    const reader = await readerOf(context, request, vendor, "invalid-model");
    const content = await readableContent(context, reader, request.name(1), "invalid-serial");
    return csvReply([infoRow(content)]);
  },
};

export const readSerialContent: Procedure = {
  number: 8,
  title: "read content for serial",
  caller: "vendor",
  method: "GET",
  path: contentPath,
  applies: ({ query }) => query.has("sn") && query.isTrue("download") && !query.has("show"),
  async handle(context, request, vendor) {
    const reader = await readerOf(context, request, vendor, "forbidden-model");
    return contentReply(context, request, await readableContent(context, reader, request.name(1)));
  },
};

/** The model of the path and the serial of the query. */
async function readerOf(
  context: Context,
  request: Request,
  vendor: Vendor,
  code: RefusalCode,
): Promise<Reader> {
  const modelId = await ownModel(context, vendor, request.name(0), code);
  const reader = { modelId, sn: asSerial(request.query.need("sn")) };
  await requireSerial(context, reader, "invalid-serial");
  return reader;
}
