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
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply } from "../../http/reply.js";
import { asSerial } from "../../api/texts.js";
import type { RoutedRequest } from "../../api/routed-request.js";

export const listSerialContents = procedure(procedures.listSerialContents, {
  applies: ({ query }) => query.has("sn"),
  async handle(context, request, vendor) {
    const reader = await readerOf(context, request, vendor, "invalid-model");
    return csvReply((await readableNames(context, reader)).map((name) => [name]));
  },
});

export const serialContentInfo = procedure(procedures.serialContentInfo, {
  applies: ({ query }) => query.has("sn") && !query.isTrue("download") && !query.has("show"),
  async handle(context, request, vendor) {
    const reader = await readerOf(context, request, vendor, "invalid-model");
    const content = await readableContent(
      context,
      reader,
      request.name("content"),
      "invalid-serial",
    );
    return csvReply([infoRow(content)]);
  },
});

export const readSerialContent = procedure(procedures.readSerialContent, {
  applies: ({ query }) => query.has("sn") && query.isTrue("download") && !query.has("show"),
  async handle(context, request, vendor) {
    const reader = await readerOf(context, request, vendor, "forbidden-model");
    return contentReply(
      context,
      request,
      await readableContent(context, reader, request.name("content")),
    );
  },
});

/** The model of the path and the serial of the query. */
async function readerOf(
  context: Context,
  request: RoutedRequest<"model">,
  vendor: Vendor,
  code: RefusalCode,
): Promise<Reader> {
  const modelId = await ownModel(context, vendor, request.name("model"), code);
  const reader = { modelId, sn: asSerial(request.query.need("sn")) };
  await requireSerial(context, reader, "invalid-serial");
  return reader;
}
