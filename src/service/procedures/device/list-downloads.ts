// Procedure 65: the contents a device may read.

import { deviceReader, readableNames } from "../../api/access.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { csvReply } from "../../http/reply.js";

export const listDownloads = procedure(procedures.listDownloads, {
  applies: ({ query }) => !query.has("id"),
  async handle(context, { query }, device) {
    const names = await readableNames(context, deviceReader(device, query, "not-a-device"));
    return csvReply(names.map((name) => [name]));
  },
});
