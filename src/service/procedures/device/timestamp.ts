// GET /timestamp: Unix seconds (S-57). Some clients refuse to activate before it has answered.

import { nowSeconds } from "../../clock.js";
import { procedure } from "../../api/procedure.js";
import { textReply } from "../../http/reply.js";

const place = { title: "timestamp", caller: "anyone", method: "GET", path: "/timestamp" } as const;

export const timestamp = procedure(place, {
  handle: (context) => Promise.resolve(textReply(String(nowSeconds(context.clock)))),
});
