// Procedure 65: the contents a device may read.

import { downloadPath } from "../../protocol/paths.js";
import { deviceModel } from "../authorisation.js";
import type { Procedure } from "../procedure.js";
import { csvReply } from "../reply.js";

export const listDownloads: Procedure = {
  number: 65,
  title: "list downloads",
  caller: "device",
  method: "GET",
  path: downloadPath,
  applies: ({ query }) => !query.has("id"),
  async handle(api, { query }, device) {
    const modelId = deviceModel(device, query, "not-a-device");
    // Protected contents are read through a group (S-47, S-49).
    const names = await api.contents.openNames(modelId);
    return csvReply(names.map((name) => [name]));
  },
};
