// Procedure 65: the contents a device may read.

import { downloadPath } from "../../../protocol/paths.js";
import { deviceReader, readableNames } from "../../api/access.js";
import type { Procedure } from "../../api/procedure.js";
import { csvReply } from "../../http/reply.js";

export const listDownloads: Procedure = {
  number: 65,
  title: "list downloads",
  caller: "device",
  method: "GET",
  path: downloadPath,
  applies: ({ query }) => !query.has("id"),
  async handle(context, { query }, device) {
    const names = await readableNames(context, deviceReader(device, query, "not-a-device"));
    return csvReply(names.map((name) => [name]));
  },
};
